//! One request's life: its place in a trace when its headers arrive, its span when it ends.

use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;
use spanmesh_core::counters::Counter;
use spanmesh_core::propagation::tracecontext::{TRACEPARENT, TRACESTATE};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::span::{Exchange, SpanData};
use spanmesh_core::tracer::Hop;

use crate::host;
use crate::pipeline::Pipeline;
use crate::state::State;

/// One per request.
#[derive(Debug)]
pub struct Stream {
    pipeline: Option<Rc<Pipeline>>,
    /// Whether the request's headers have been seen, sampled or not.
    placed: bool,
    /// What the span will be made of, when the request is sampled.
    recording: Option<Recording>,
}

#[derive(Debug)]
struct Recording {
    hop: Hop,
    head: RequestHead,
    start: u64,
}

impl Stream {
    pub fn new(pipeline: Option<Rc<Pipeline>>) -> Self {
        Self { pipeline, placed: false, recording: None }
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        if let Some(pipeline) = &self.pipeline
            && let Ok(mut state) = pipeline.state.try_borrow_mut()
        {
            self.placed = true;
            self.recording = begin(pipeline, &mut state);
        }
        Action::Continue
    }

    fn on_log(&mut self) {
        let Some(pipeline) = &self.pipeline else { return };
        let Ok(mut state) = pipeline.state.try_borrow_mut() else { return };
        // An earlier filter may have answered before the request came here.
        let recording = match self.recording.take() {
            None if !self.placed => begin_late(pipeline, &mut state),
            recording => recording,
        };
        if let Some(recording) = recording {
            end(pipeline, &mut state, &recording);
        }
    }
}

impl Context for Stream {}

/// Places the request into a trace and tells the next hop. Returns what is needed to make its
/// span, if it is sampled.
fn begin(pipeline: &Pipeline, state: &mut State) -> Option<Recording> {
    state.refill_entropy();
    let asks_first = state.expect_new_traces && pipeline.tracer.sampler.may_drop_new_traces();
    if asks_first && host::request_header(TRACEPARENT).is_none() {
        let hop = pipeline.tracer.start_new_trace(&mut state.entropy)?;
        write_headers(state, &hop);
        // Only a sampled trace is worth the whole list.
        let hop = sampled(state, hop)?;
        return Some(Recording { hop, head: read_head(state)?, start: host::now() });
    }
    let head = read_head(state)?;
    state.expect_new_traces = head.traceparent_count() == 0;
    let hop = pipeline.tracer.start(&head, &mut state.entropy, &mut state.counters)?;
    write_headers(state, &hop);
    let hop = sampled(state, hop)?;
    Some(Recording { hop, head, start: host::now() })
}

/// Places a request whose headers never came here; there is no next hop to tell.
fn begin_late(pipeline: &Pipeline, state: &mut State) -> Option<Recording> {
    state.refill_entropy();
    let head = RequestHead::new(host::request_headers()?);
    // A connection that ended before its request was complete is no request.
    head.method()?;
    let hop = pipeline.tracer.start(&head, &mut state.entropy, &mut state.counters)?;
    let hop = sampled(state, hop)?;
    let start = host::number("request\0time").unwrap_or_else(host::now);
    Some(Recording { hop, head, start })
}

fn read_head(state: &mut State) -> Option<RequestHead> {
    let head = host::request_headers();
    state.counters.add(Counter::HostErrors, head.is_none().into());
    head.map(RequestHead::new)
}

fn write_headers(state: &mut State, hop: &Hop) {
    let mut written = host::replace_request_header(TRACEPARENT, &hop.traceparent);
    if hop.drop_trace_state {
        written = written.and(host::remove_request_header(TRACESTATE));
    }
    if written.is_err() {
        state.counters.add(Counter::HostErrors, 1);
    }
}

/// The hop, if its request is sampled; counts it otherwise.
fn sampled(state: &mut State, hop: Hop) -> Option<Hop> {
    let sampled = hop.context.flags.is_sampled();
    state.counters.add(Counter::SpansSampledOut, (!sampled).into());
    sampled.then_some(hop)
}

/// Collects the final facts and queues the span.
fn end(pipeline: &Pipeline, state: &mut State, recording: &Recording) {
    let kind = pipeline.kind();
    let head = &recording.head;
    let is_grpc = head.is_grpc();
    let peer = pipeline.peer(kind, head);
    let protocol = if is_grpc { None } else { host::property("request\0protocol") };
    let exchange = Exchange {
        start: recording.start,
        end: host::now(),
        status_code: host::response_status(),
        grpc_status: if is_grpc { grpc_status() } else { None },
        response_flags: host::number("response\0flags").unwrap_or_default(),
        protocol: protocol.as_deref(),
        peer: peer.as_deref(),
    };
    let context = &recording.hop.context;
    let parent_span_id = recording.hop.parent_span_id;
    let span = SpanData { kind, context, parent_span_id, head, exchange };
    state.push(&span, &pipeline.span);
}

/// The status from trailers, or from the headers of a trailers-only answer.
fn grpc_status() -> Option<u32> {
    host::number("response\0grpc_status").and_then(|status| u32::try_from(status).ok())
}
