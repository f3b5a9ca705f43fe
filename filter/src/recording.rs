//! What is remembered of a request until it ends.

use spanmesh_core::keep::Reason;
use spanmesh_core::propagation::Field;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::span::{Exchange, SpanData};
use spanmesh_core::tracer::Hop;

use crate::host;
use crate::pipeline::Pipeline;

/// A request with a place in a trace: sampled, or one that may still be kept.
#[derive(Debug)]
pub struct Recording {
    /// Its place.
    pub hop: Hop,
    /// Its headers.
    pub head: RequestHead,
    /// When it began, in nanoseconds.
    pub start: u64,
    /// What keep rules have said so far.
    pub fate: Fate,
    /// What was seen when the headers of its answer were judged.
    pub judged: Option<Judged>,
}

/// What becomes of a request that the head sampler left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nobody has wanted it yet.
    Open,
    /// Its span is kept.
    Kept(Reason),
    /// It was wanted, but the rate limit was reached.
    Refused,
}

/// What was seen when an answer began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// When, in nanoseconds.
    pub at: u64,
    /// Status code of the answer.
    pub status_code: Option<u16>,
}

/// Facts that are read from the host when a request has ended.
#[derive(Clone, Debug, Default)]
pub struct End {
    /// Nanoseconds since the Unix epoch.
    pub at: u64,
    /// Status code of the answer, if there was one.
    pub status_code: Option<u16>,
    /// gRPC status of a gRPC call, if there was one.
    pub grpc_status: Option<u32>,
    /// Envoy's response flags, once they have been read.
    pub response_flags: Option<u64>,
}

impl End {
    /// Reads how a request ended; `judged`: what was seen when its answer began.
    pub fn read(is_grpc: bool, judged: Option<Judged>, with_flags: bool) -> Self {
        Self {
            at: host::now(),
            status_code: judged.map_or_else(host::response_status, |it| it.status_code),
            grpc_status: is_grpc.then(grpc_status).flatten(),
            response_flags: with_flags.then(response_flags),
        }
    }
}

impl Recording {
    /// A request that begins now.
    pub fn new(hop: Hop, head: RequestHead, start: u64) -> Self {
        Self { hop, head, start, fate: Fate::Open, judged: None }
    }

    /// Whether the head sampler took it.
    pub fn is_sampled(&self) -> bool {
        self.hop.context.flags.is_sampled()
    }

    /// Whether its span is exported, as far as is known.
    pub fn is_recorded(&self) -> bool {
        self.is_sampled() || matches!(self.fate, Fate::Kept(_))
    }

    /// Reads how the request ended; `with_flags`: by Envoy's response flags too.
    pub fn end(&self, with_flags: bool) -> End {
        End::read(self.head.is_grpc(), self.judged, with_flags)
    }

    /// What a developer named the trace that was to be debugged; its first span tells.
    fn debug_id(&self) -> Option<&[u8]> {
        let is_first = self.hop.debug && self.hop.parent_span_id.is_none();
        self.head.field(Field::JaegerDebugId).filter(|_| is_first)
    }

    /// Collects the rest of the facts and hands the span to `take`.
    pub fn with_span<T>(
        &self,
        pipeline: &Pipeline,
        end: &End,
        reason: Option<&str>,
        take: impl FnOnce(&SpanData<'_>) -> T,
    ) -> T {
        let marked = pipeline.connections.find();
        let mut connection = marked.unwrap_or_default();
        if pipeline.sides.are_shared() {
            connection.side = Some(pipeline.sides.find(connection.side));
        }
        let kind = pipeline.kind();
        let peer = pipeline.peer(kind, &self.head, &mut connection);
        let is_grpc = self.head.is_grpc();
        let protocol = if is_grpc { None } else { connection.protocol() };
        if marked != Some(connection) {
            pipeline.connections.mark(connection);
        }
        let wants_answer = !pipeline.span.extras.response_headers.is_empty();
        let response_headers = wants_answer.then(host::response_headers).flatten();
        let exchange = Exchange {
            start: self.start,
            end: end.at,
            status_code: end.status_code,
            grpc_status: end.grpc_status,
            response_flags: end.response_flags.unwrap_or_else(response_flags),
            protocol: protocol.map(str::as_bytes),
            peer: peer.as_deref(),
            response_headers: response_headers.as_deref(),
        };
        take(&SpanData {
            kind,
            context: &self.hop.context,
            parent_span_id: self.hop.parent_span_id,
            head: &self.head,
            exchange,
            keep_reason: reason,
            link: self.hop.link.as_deref(),
            debug_id: self.debug_id(),
            crossing: self.hop.crossing,
        })
    }
}

fn response_flags() -> u64 {
    host::number("response\0flags").unwrap_or_default()
}

/// The status from trailers, or from the headers of a trailers-only answer.
fn grpc_status() -> Option<u32> {
    host::number("response\0grpc_status").and_then(|status| u32::try_from(status).ok())
}
