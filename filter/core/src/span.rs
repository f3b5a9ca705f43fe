//! Spans, written as OTLP straight into the queue's buffer.

mod extras;
mod mask;
mod name;
mod routes;
mod target;

use std::rc::Rc;

use crate::header_map::Pairs;
use crate::ids::SpanId;
use crate::otlp::attributes::{AttributeLimits, AttributeWriter, Cuts};
use crate::otlp::wire;
use crate::redact::Redaction;
use crate::request_head::RequestHead;
use crate::semconv::{error, http, names, rpc};
use crate::span_context::SpanContext;
use crate::trust::Crossing;

pub use extras::{Extras, FixedAttribute, HeaderAttribute, HeaderTag};
pub use name::with_name;
pub use routes::Routes;
pub use target::Target;

/// Which side of the exchange a span describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// The request came to the workload behind this proxy, or through a gateway.
    Server,
    /// The workload behind this proxy made the request.
    Client,
}

/// What is known of a request when it has ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exchange<'a> {
    /// Nanoseconds since the Unix epoch.
    pub start: u64,
    /// Nanoseconds since the Unix epoch.
    pub end: u64,
    /// Status code of the answer, if there was one.
    pub status_code: Option<u16>,
    /// gRPC status, if the answer had one.
    pub grpc_status: Option<u32>,
    /// Envoy's response flags, one bit each.
    pub response_flags: u64,
    /// Envoy's name of the protocol, e.g. `HTTP/1.1`.
    pub protocol: Option<&'a [u8]>,
    /// Address and port of the other side: the caller of a server, the upstream of a client.
    pub peer: Option<&'a [u8]>,
    /// The serialised header list of the answer, where attributes are made of it.
    pub response_headers: Option<&'a [u8]>,
}

/// What all spans of a configuration have in common.
#[derive(Clone, Debug)]
pub struct SpanSettings {
    /// What must not leave the proxy.
    pub redaction: Redaction,
    /// How much a span may hold.
    pub limits: AttributeLimits,
    /// Templates of paths.
    pub routes: Rc<Routes>,
    /// Attributes beside those of the conventions.
    pub extras: Extras,
}

/// Field number of `spans` in `ScopeSpans`.
const SPANS: u32 = 2;
/// Field number of `links` in `Span`.
const LINKS: u32 = 13;
/// Field number of `attributes` in `Span`.
const ATTRIBUTES: u32 = 9;
/// Field number of `dropped_attributes_count` in `Span`.
const DROPPED_ATTRIBUTES_COUNT: u32 = 10;
/// `Span.flags`: whether the parent is remote is known.
const HAS_IS_REMOTE: u32 = 0x100;
/// `Span.flags`: the parent is remote.
const IS_REMOTE: u32 = 0x200;
/// `Status.code` of a failure.
const STATUS_CODE_ERROR: u64 = 2;

/// A sampled request that has ended, ready to be written.
#[derive(Clone, Copy, Debug)]
pub struct SpanData<'a> {
    /// Side of the exchange.
    pub kind: SpanKind,
    /// Its identity, and the list that travels along.
    pub context: &'a SpanContext,
    /// The caller's span; `None` for the first span of a trace.
    pub parent_span_id: Option<SpanId>,
    /// The request.
    pub head: &'a RequestHead,
    /// How it went.
    pub exchange: Exchange<'a>,
    /// Why it was promoted, if the head sampler had left it out.
    pub keep_reason: Option<&'a str>,
    /// A span of another trace that led to this one.
    pub link: Option<&'a SpanContext>,
    /// Name of a trace that is to be debugged, from Jaeger's `jaeger-debug-id`.
    pub debug_id: Option<&'a [u8]>,
    /// Whether the request crossed the boundary of the mesh: a stranger's baggage is no attribute.
    pub crossing: Crossing,
}

impl SpanData<'_> {
    /// Appends the span as one element of `ScopeSpans.spans`, and returns what its limits took.
    pub fn write(&self, out: &mut Vec<u8>, settings: &SpanSettings) -> Cuts {
        let mut cuts = Cuts::default();
        wire::put_message(out, SPANS, |out| cuts = self.write_body(out, settings));
        cuts
    }

    fn write_body(&self, out: &mut Vec<u8>, settings: &SpanSettings) -> Cuts {
        let (redaction, limits) = (&settings.redaction, &settings.limits);
        let is_grpc = self.head.is_grpc();
        let target = Target::new(self.head, settings, !is_grpc);
        let method = if is_grpc { rpc::clean_method(self.head, &target) } else { None };
        wire::put_bytes(out, 1, self.context.trace_id.as_bytes());
        wire::put_bytes(out, 2, self.context.span_id.as_bytes());
        if !self.context.trace_state.is_empty() {
            wire::put_bytes(out, 3, self.context.trace_state.as_str().as_bytes());
        }
        if let Some(parent) = &self.parent_span_id {
            wire::put_bytes(out, 4, parent.as_bytes());
        }
        name::with(self.head, &target, method, settings, |name| {
            wire::put_bytes(out, 5, name.as_bytes());
        });
        wire::put_integer(out, 6, self.kind.to_otlp());
        wire::put_fixed64(out, 7, self.exchange.start);
        // The clock may have been set back meanwhile; a span never ends before it starts.
        wire::put_fixed64(out, 8, self.exchange.end.max(self.exchange.start));
        let mut attributes = AttributeWriter::new(out, ATTRIBUTES, limits, redaction.detectors);
        let (kind, exchange) = (self.kind, &self.exchange);
        if is_grpc {
            rpc::write_attributes(&mut attributes, self.head, exchange, &target, method);
        } else {
            http::write_attributes(&mut attributes, kind, self.head, exchange, &target, redaction);
        }
        let error_type = error::error_type(kind, exchange);
        if let Some(reason) = self.keep_reason {
            attributes.string(names::SPANMESH_KEEP_REASON, reason.as_bytes());
        }
        if let Some(debug_id) = self.debug_id {
            attributes.string(names::JAEGER_DEBUG_ID, debug_id);
        }
        if let Some(error_type) = &error_type {
            attributes.string(names::ERROR_TYPE, error_type.as_bytes());
        }
        if !settings.extras.is_empty() {
            let response = Pairs::new(self.exchange.response_headers.unwrap_or_default());
            settings.extras.write(&mut attributes, is_grpc, self.head, &response, redaction);
            if !matches!(self.crossing, Crossing::Entering(_)) {
                settings.extras.write_baggage(&mut attributes, self.head);
            }
        }
        let cuts = attributes.finish();
        if cuts.dropped > 0 {
            wire::put_integer(out, DROPPED_ATTRIBUTES_COUNT, cuts.dropped.into());
        }
        if let Some(link) = self.link {
            wire::put_message(out, LINKS, |out| write_link(out, link));
        }
        if error_type.is_some() {
            wire::put_header(out, 15, 2);
            wire::put_integer(out, 3, STATUS_CODE_ERROR);
        }
        wire::put_fixed32(out, 16, self.flags());
        cuts
    }

    fn flags(&self) -> u32 {
        let remote = if self.parent_span_id.is_some() { IS_REMOTE } else { 0 };
        // What is exported was sampled, if only in the end.
        let flags = self.context.flags.with_sampled(true);
        u32::from(flags.to_wire()) | HAS_IS_REMOTE | remote
    }
}

/// Writes the body of a link to a span on the other side of a boundary.
fn write_link(out: &mut Vec<u8>, link: &SpanContext) {
    wire::put_bytes(out, 1, link.trace_id.as_bytes());
    wire::put_bytes(out, 2, link.span_id.as_bytes());
    if !link.trace_state.is_empty() {
        wire::put_bytes(out, 3, link.trace_state.as_str().as_bytes());
    }
    wire::put_fixed32(out, 6, u32::from(link.flags.to_wire()) | HAS_IS_REMOTE | IS_REMOTE);
}

impl SpanKind {
    fn to_otlp(self) -> u64 {
        match self {
            Self::Server => 2,
            Self::Client => 3,
        }
    }
}

#[cfg(test)]
mod tests;
