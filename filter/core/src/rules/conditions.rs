//! What a rule asks of a request besides its path.

use std::borrow::Cow;

use super::AnyOf;
use crate::request_head::RequestHead;
use crate::semconv::http::path_and_query;
use crate::semconv::network::host_and_port;
use crate::semconv::rpc;
use crate::span::SpanKind;

/// What rules may ask about: all of it is known when a request begins.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Its headers.
    pub head: &'a RequestHead,
    /// The listener that it came to, which is asked only when somebody wants to know.
    pub listener: &'a dyn Listener,
}

/// A listener, as rules see it.
pub trait Listener {
    /// The side of its exchanges.
    fn kind(&self) -> SpanKind;
    /// Its port.
    fn port(&self) -> Option<u16>;
}

/// A listener of which all is known.
#[derive(Clone, Copy, Debug)]
pub struct KnownListener {
    /// The side of its exchanges.
    pub kind: SpanKind,
    /// Its port.
    pub port: Option<u16>,
}

impl Listener for KnownListener {
    fn kind(&self) -> SpanKind {
        self.kind
    }

    fn port(&self) -> Option<u16> {
        self.port
    }
}

/// Conditions that must all hold; what is `None` or empty asks nothing.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// `:method`.
    pub method: Option<AnyOf>,
    /// The host of `:authority` in lower case, without a port.
    pub host: Option<AnyOf>,
    /// Header fields by their names; of repeated ones the first counts.
    pub headers: Vec<(String, AnyOf)>,
    /// The side of the exchange.
    pub direction: Option<SpanKind>,
    /// `package.Service` of a gRPC call.
    pub grpc_service: Option<AnyOf>,
    /// The method of a gRPC call.
    pub grpc_method: Option<AnyOf>,
    /// Ports of the listener.
    pub listener_ports: Vec<u16>,
}

impl Conditions {
    /// Whether all hold.
    pub fn hold(&self, request: &Request<'_>) -> bool {
        self.direction.is_none_or(|kind| kind == request.listener.kind())
            && holds(self.method.as_ref(), || request.head.method())
            && self.host.as_ref().is_none_or(|host| host.matches(request.host().as_deref()))
            && (self.headers.iter()).all(|(name, wanted)| wanted.matches(request.head.header(name)))
            && self.grpc_holds(request.head)
            && (self.listener_ports.is_empty()
                || request.listener.port().is_some_and(|port| self.listener_ports.contains(&port)))
    }

    fn grpc_holds(&self, head: &RequestHead) -> bool {
        if self.grpc_service.is_none() && self.grpc_method.is_none() {
            return true;
        }
        let Some((service, method)) = rpc::service_and_method(head) else { return false };
        holds(self.grpc_service.as_ref(), || Some(service))
            && holds(self.grpc_method.as_ref(), || Some(method))
    }
}

impl<'a> Request<'a> {
    /// The path without its query.
    pub fn path(&self) -> &'a [u8] {
        path_and_query(self.head).0
    }

    /// The host in lower case, without a port.
    pub fn host(&self) -> Option<Cow<'a, [u8]>> {
        let (host, _) = host_and_port(self.head.authority()?);
        let is_lower = !host.iter().any(u8::is_ascii_uppercase);
        Some(if is_lower { host.into() } else { host.to_ascii_lowercase().into() })
    }
}

fn holds<'a>(wanted: Option<&AnyOf>, value: impl FnOnce() -> Option<&'a [u8]>) -> bool {
    wanted.is_none_or(|wanted| wanted.matches(value()))
}
