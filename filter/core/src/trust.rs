//! Which callers and upstreams belong to the mesh, and what strangers may say and learn.

use crate::rules::{AnyOf, Request};
use crate::semconv::network::{host_and_port, is_forwarded};

mod cidr;
mod secrets;

pub use cidr::Cidr;
pub use secrets::Secrets;

/// How one side of a proxy treats the other.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// Everybody belongs to the mesh.
    #[default]
    Mesh,
    /// Nobody does but the exceptions.
    Edge(Edge),
}

/// A boundary of the mesh.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    /// What becomes of a stranger's trace context.
    pub on_foreign_context: OnForeignContext,
    /// Who is trusted all the same.
    pub except: Exceptions,
}

/// What becomes of a stranger's trace context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnForeignContext {
    /// A new trace starts, with a link to the stranger's span.
    #[default]
    Restart,
    /// The trace goes on; the stranger's decision and randomness are not heard.
    IgnoreDecision,
}

/// Who is trusted at an edge: any one of these is enough.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// Header fields of the request by their names.
    pub headers: Vec<(String, AnyOf)>,
    /// Address ranges of the connection's other end.
    pub peer_addresses: Vec<Cidr>,
    /// The first URI of the other end's certificate.
    pub mtls_peers: Option<AnyOf>,
    /// The host of `:authority` in lower case, without a port.
    pub hosts: Option<AnyOf>,
}

/// What is known of the other end of a connection; asked for only where it matters.
#[derive(Clone, Copy)]
pub struct Peer<'a> {
    /// Its address and port.
    pub address: &'a dyn Fn() -> Option<Vec<u8>>,
    /// The first URI of its certificate.
    pub certificate_uri: &'a dyn Fn() -> Option<Vec<u8>>,
}

/// Whether a request crosses the boundary of the mesh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Crossing {
    /// Both sides belong to the mesh.
    #[default]
    Within,
    /// It comes from a stranger.
    Entering(OnForeignContext),
    /// It goes to a stranger.
    Leaving,
}

// === impl Trust ===

impl Trust {
    /// Whether every request stays within the mesh.
    pub fn is_mesh(&self) -> bool {
        matches!(self, Self::Mesh)
    }

    /// How a request from outside crosses the boundary.
    pub fn entering(&self, request: &Request<'_>, peer: Peer<'_>) -> Crossing {
        match self {
            Self::Edge(edge) if !edge.except.hold(request, peer) => {
                Crossing::Entering(edge.on_foreign_context)
            }
            _ => Crossing::Within,
        }
    }

    /// How a request to the outside crosses it. Of the other end nothing is known yet.
    pub fn leaving(&self, request: &Request<'_>) -> Crossing {
        let nobody = Peer { address: &|| None, certificate_uri: &|| None };
        match self {
            Self::Edge(edge) if !edge.except.hold(request, nobody) => Crossing::Leaving,
            _ => Crossing::Within,
        }
    }
}

// === impl Exceptions ===

impl Exceptions {
    fn hold(&self, request: &Request<'_>, peer: Peer<'_>) -> bool {
        let header = |(name, wanted): &(String, AnyOf)| wanted.matches(request.head.header(name));
        self.headers.iter().any(header)
            || (self.hosts.as_ref())
                .is_some_and(|hosts| request.host().is_some_and(|host| hosts.matches(Some(&host))))
            || (self.mtls_peers.as_ref()).is_some_and(|peers| {
                (peer.certificate_uri)().is_some_and(|uri| peers.matches(Some(&uri)))
            })
            || (!self.peer_addresses.is_empty()
                && (peer.address)().is_some_and(|address| self.contain(&address)))
    }

    /// Whether an address and port as Envoy reports them lie in one of the ranges. An address that
    /// was taken from `x-forwarded-for` is the caller's own word: it lies in none.
    fn contain(&self, address: &[u8]) -> bool {
        let ip = str::from_utf8(host_and_port(address).0).ok().and_then(|ip| ip.parse().ok());
        !is_forwarded(address)
            && ip.is_some_and(|ip| self.peer_addresses.iter().any(|range| range.contains(ip)))
    }
}

// === impl Crossing ===

impl Crossing {
    /// Whether the other side is a stranger.
    pub fn is_foreign(self) -> bool {
        self != Self::Within
    }
}

#[cfg(test)]
mod tests;
