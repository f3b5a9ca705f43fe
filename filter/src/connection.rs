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

/// Envoy's names of the protocols.
const PROTOCOLS: [&str; 4] = ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"];
/// How many different connections there can be: sides (or none), protocols (or none), and whether the
/// peer is hidden.
const MARKS: usize = 4 * (PROTOCOLS.len() + 1) * 2;

/// What is known of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// The side of its listener, where that has to be asked for.
    pub side: Option<Side>,
    /// Envoy's name of its protocol, once it has been asked for.
    protocol: Option<&'static str>,
    /// Whether Envoy is known to take the caller's address from `x-forwarded-for`, which hides the
    /// peer.
    pub forwarded_hides_peer: bool,
}

/// The connections of a plugin.
#[derive(Debug)]
pub struct Connections {
    /// By number; empty where the host keeps no marks.
    names: Vec<String>,
    /// What has been found last: one for each side of a proxy.
    recent: Cell<[Option<Connection>; 2]>,
}

// === impl Connection ===

impl Connection {
    /// Envoy's name of the protocol; `None` where the host does not say it.
    pub fn protocol(&mut self) -> Option<&'static str> {
        if self.protocol.is_none() {
            let name = host::property("request\0protocol")?;
            self.protocol = PROTOCOLS.into_iter().find(|known| known.as_bytes() == name);
        }
        self.protocol
    }

    /// Below [`MARKS`].
    fn number(self) -> usize {
        let side = match self.side {
            None => 0,
            Some(Side { kind: SpanKind::Client, .. }) => 1,
            Some(Side { is_gateway: false, .. }) => 2,
            Some(Side { is_gateway: true, .. }) => 3,
        };
        let protocol = PROTOCOLS.iter().position(|name| Some(*name) == self.protocol);
        let protocol = protocol.map_or(0, |position| position + 1);
        (side * (PROTOCOLS.len() + 1) + protocol) * 2 + usize::from(self.forwarded_hides_peer)
    }
}

// === impl Connections ===

impl Connections {
    /// Tells the host how long marks live. Only to be called while a root context is active.
    pub fn new() -> Self {
        let names = (0..MARKS).map(|number| format!("spanmesh.connection.{number}"));
        let names: Vec<String> = names.collect();
        let declared = names.iter().all(|name| match host::declare_of_connection(name) {
            // It was declared before.
            Ok(()) | Err(HostError::BadArgument) => true,
            Err(HostError::Other) => false,
        });
        Self { names: if declared { names } else { Vec::new() }, recent: Cell::default() }
    }

    /// What an earlier request on the connection of the active stream has marked.
    pub fn find(&self) -> Option<Connection> {
        let [first, second] = self.recent.get();
        if first.is_some_and(|it| self.is_marked(it)) {
            return first;
        }
        let second = second.filter(|it| self.is_marked(*it))?;
        self.recent.set([Some(second), first]);
        Some(second)
    }

    /// Lets later requests on the connection of the active stream find this.
    pub fn mark(&self, connection: Connection) {
        let Some(name) = self.names.get(connection.number()) else { return };
        let [first, second] = self.recent.get();
        if first != Some(connection) {
            let other = first.or(second);
            self.recent.set([Some(connection), other]);
        }
        // Without a mark the next request asks again.
        let _ = host::set_filter_state(name, b"");
    }

    fn is_marked(&self, connection: Connection) -> bool {
        self.names.get(connection.number()).is_some_and(|name| host::property(name).is_some())
    }
}
