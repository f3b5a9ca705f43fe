//! What is the same for all requests of a connection, asked for once on each connection.
//!
//! A property costs a host call and, within it, an entry into the VM for memory to put the value into. An
//! empty value needs no memory, and costs a third. So what was asked is said by the name of an
//! empty property, a mark, that lives as long as the connection (`wasm.spanmesh.connection.…` in its
//! filter state), and later requests only ask whether that name is there.

use std::cell::Cell;

use spanmesh_core::span::SpanKind;

use crate::host::{self, HostError};
use crate::side::Side;

/// Envoy's names of the protocols that a whole connection has, but for a client of HTTP/1.1 that
/// falls back to 1.0 on it. HTTP/1.0 is asked for each time, since its clients may do better later.
const PROTOCOLS: [&str; 3] = ["HTTP/1.1", "HTTP/2", "HTTP/3"];
const OLDEST: &str = "HTTP/1.0";
/// How many different connections there can be: sides (or none), protocols (or none), and whether the
/// peer is hidden.
const MARKS: u8 = 4 * (PROTOCOLS.len() as u8 + 1) * 2;

/// What is known of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// The side of its listener, where that has to be asked for.
    pub side: Option<Side>,
    /// Its protocol's place in [`PROTOCOLS`], counted from one; 0 while it has not been asked for.
    protocol: u8,
    /// Whether Envoy is known to take the caller's address from `x-forwarded-for`, which hides the
    /// peer.
    pub forwarded_hides_peer: bool,
}

/// The connections of a plugin.
#[derive(Debug)]
pub struct Connections {
    /// Whether the host keeps marks.
    are_marked: bool,
    /// What has been found last: one for each side of a proxy.
    recent: Cell<[Option<Connection>; 2]>,
}

// === impl Connection ===

impl Connection {
    /// One of a listener on this side.
    pub fn on(side: Side) -> Self {
        Self { side: Some(side), ..Self::default() }
    }

    /// Envoy's name of the protocol; `None` where the host does not say it.
    pub fn protocol(&mut self) -> Option<&'static str> {
        if self.protocol == 0 {
            let name = host::property("request\0protocol")?;
            if name == OLDEST.as_bytes() {
                return Some(OLDEST);
            }
            let place = PROTOCOLS.iter().position(|known| known.as_bytes() == name)?;
            self.protocol = place as u8 + 1;
        }
        PROTOCOLS.get(usize::from(self.protocol) - 1).copied()
    }

    /// Below [`MARKS`].
    fn number(self) -> u8 {
        let side = match self.side {
            None => 0,
            Some(Side { kind: SpanKind::Client, .. }) => 1,
            Some(Side { is_gateway: false, .. }) => 2,
            Some(Side { is_gateway: true, .. }) => 3,
        };
        (side * (PROTOCOLS.len() as u8 + 1) + self.protocol) * 2
            + u8::from(self.forwarded_hides_peer)
    }
}

/// The name of a mark: its last character tells its number, from `0` to `O`.
fn name(number: u8) -> [u8; 21] {
    let mut name = *b"spanmesh.connection.0";
    let [.., last] = &mut name;
    *last += number;
    name
}

// === impl Connections ===

impl Connections {
    /// Tells the host how long marks live. Only to be called while a root context is active.
    pub fn new() -> Self {
        let are_marked = (0..MARKS).all(|number| {
            // An error of the argument: it was declared before.
            host::declare_of_connection(&name(number)) != Err(HostError::Other)
        });
        Self { are_marked, recent: Cell::default() }
    }

    /// What an earlier request on the connection of the active stream has marked.
    pub fn find(&self) -> Option<Connection> {
        let is_marked = |it: &Connection| host::property(name(it.number())).is_some();
        let [first, second] = self.recent.get();
        if first.as_ref().is_some_and(is_marked) {
            return first;
        }
        let second = second.filter(is_marked)?;
        self.recent.set([Some(second), first]);
        Some(second)
    }

    /// Lets later requests on the connection of the active stream find this.
    pub fn mark(&self, connection: Connection) {
        if !self.are_marked {
            return;
        }
        let [first, _] = self.recent.get();
        if first != Some(connection) {
            self.recent.set([Some(connection), first]);
        }
        // Without a mark the next request asks again.
        let _ = host::set_filter_state(&name(connection.number()), b"");
    }
}
