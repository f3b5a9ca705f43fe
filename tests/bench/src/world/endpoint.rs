//! The sockets of the world and their parts in it.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use super::load::Client;
use crate::net::{Connection, Received};

/// Room for a request at an upstream, and for an export to begin with.
const UPSTREAM_BUFFER: usize = 8 * 1024;
const SINK_BUFFER: usize = 512 * 1024;

/// A socket and its part. The numbers are the index of its site.
#[derive(Debug)]
pub(super) enum Endpoint {
    UpstreamListener(TcpListener, usize),
    SinkListener(TcpListener, usize),
    Upstream(Connection, usize),
    Sink(Connection, usize),
    Client(Client),
}

// === impl Endpoint ===

impl Endpoint {
    /// Somewhere for an Envoy to send its requests.
    pub(super) fn upstream(stream: TcpStream, site: usize) -> io::Result<Endpoint> {
        Ok(Endpoint::Upstream(Connection::new(stream, UPSTREAM_BUFFER)?, site))
    }

    /// Somewhere for an Envoy to send its spans.
    pub(super) fn sink(stream: TcpStream, site: usize) -> io::Result<Endpoint> {
        Ok(Endpoint::Sink(Connection::new(stream, SINK_BUFFER)?, site))
    }

    /// Has the loop told when there is something to read, under the number `token`.
    pub(super) fn register(&mut self, registry: &Registry, token: usize) -> io::Result<()> {
        let (token, readable) = (Token(token), Interest::READABLE);
        match self {
            Endpoint::UpstreamListener(listener, _) | Endpoint::SinkListener(listener, _) => {
                registry.register(listener, token, readable)
            }
            Endpoint::Upstream(connection, _)
            | Endpoint::Sink(connection, _)
            | Endpoint::Client(Client { connection, .. }) => {
                registry.register(connection.stream(), token, readable)
            }
        }
    }
}

/// A listener on a port of the kernel's choice.
pub(super) fn listen() -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
}

/// The connections that wait to be accepted.
pub(super) fn accept(listener: &TcpListener) -> io::Result<Vec<TcpStream>> {
    let mut accepted = Vec::new();
    loop {
        match listener.accept() {
            Ok((stream, _)) => accepted.push(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(accepted),
            Err(error) => return Err(error),
        }
    }
}

/// Answers what was received; false when the connection is over. Envoy may close or reset one whenever
/// it likes: if a request or a span is lost by it, the final counts will tell. What cannot be
/// understood is an error.
pub(super) fn serve(
    connection: &mut Connection,
    received: io::Result<Received>,
    answer: impl FnOnce(&mut Connection) -> io::Result<()>,
) -> io::Result<bool> {
    match answer(connection) {
        Ok(()) => Ok(matches!(received, Ok(Received::Drained | Received::More))),
        Err(error) if error.kind() == ErrorKind::Other => Err(error),
        Err(_) => Ok(false),
    }
}
