//! One request's life: its place in a trace when its headers arrive, its span when it ends.

use std::rc::Rc;

use spanmesh_core::counters::Counter;
use spanmesh_core::propagation::tracecontext::{self, TRACEPARENT, TRACESTATE};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::tracer::{Edit, Hop, Placement};

use crate::host;
use crate::keeper::Keeper;
use crate::pipeline::Pipeline;
use crate::recording::Recording;
use crate::state::State;

/// One per request.
#[derive(Debug)]
pub struct Stream {
    pipeline: Option<Rc<Pipeline>>,
    /// Whether the request's headers have been seen, sampled or not.
    placed: bool,
    /// What its span would be made of, when it is sampled or may be kept.
    recording: Option<Box<Recording>>,
}

impl Stream {
    pub fn new(pipeline: Option<Rc<Pipeline>>) -> Self {
        Self { pipeline, placed: false, recording: None }
    }

    /// Where there are keep rules: asks them about a request that the head sampler left out, and
    /// has the answers of all others stripped of what was meant for this hop.
    fn judge(
        &mut self,
        judge: fn(&Keeper, &Pipeline, &mut State, &mut Recording),
        strip: fn(&Keeper, &Pipeline, &mut State),
    ) {
        if let Some(pipeline) = &self.pipeline
            && let Some(keeper) = &pipeline.keeper
            && let Ok(mut state) = pipeline.state.try_borrow_mut()
        {
            match &mut self.recording {
                Some(recording) if !recording.is_sampled() => {
                    judge(keeper, pipeline, &mut state, recording);
                }
                _ => strip(keeper, pipeline, &mut state),
            }
        }
    }

    /// The request begins.
    pub fn on_request_headers(&mut self) {
        if let Some(pipeline) = &self.pipeline
            && let Ok(mut state) = pipeline.state.try_borrow_mut()
        {
            self.placed = true;
            self.recording = begin(pipeline, &mut state);
        }
    }

    /// The answer begins.
    pub fn on_response_headers(&mut self) {
        self.judge(Keeper::on_response_headers, Keeper::strip_headers);
    }

    /// The answer ends with trailers.
    pub fn on_response_trailers(&mut self) {
        self.judge(Keeper::on_response_trailers, Keeper::strip_trailers);
    }

    /// The exchange is over.
    pub fn on_log(&mut self) {
        let Some(pipeline) = &self.pipeline else { return };
        let Ok(mut state) = pipeline.state.try_borrow_mut() else { return };
        // An earlier filter may have answered before the request came here.
        let recording = match self.recording.take() {
            None if !self.placed => begin_late(pipeline, &mut state),
            recording => recording,
        };
        let Some(mut recording) = recording else { return };
        if recording.is_sampled() {
            let end = recording.end(true);
            let settings = &pipeline.span;
            recording.with_span(pipeline, &end, None, |span| state.push(span, settings));
        } else if let Some(keeper) = &pipeline.keeper {
            keeper.on_end(pipeline, &mut state, &mut recording);
        }
    }
}

/// Places the request into a trace and tells the next hop. Returns what is needed to make its
/// span, if it is sampled or may be kept.
fn begin(pipeline: &Pipeline, state: &mut State) -> Option<Box<Recording>> {
    state.refill_entropy();
    let asks_first = state.expect_new_traces && pipeline.tracer.may_drop_unseen();
    if asks_first && host::request_header(TRACEPARENT).is_none() {
        let placement = pipeline.tracer.start_unseen(
            host::request_header,
            pipeline.surroundings(),
            &mut state.entropy,
            &mut state.counters,
        );
        let hop = wanted(state, placement, Some(host::add_request_header))?;
        // Only a sampled trace is worth the whole list.
        return Some(Box::new(Recording::new(hop, read_head(state)?, host::now())));
    }
    let head = read_head(state)?;
    let is_new = head.traceparent_count() == 0;
    state.expect_new_traces = is_new;
    let placement = place(pipeline, state, &head);
    // Adding is cheaper than looking for something to replace.
    let write = if is_new { host::add_request_header } else { host::replace_request_header };
    let hop = wanted(state, placement, Some(write))?;
    Some(Box::new(Recording::new(hop, head, host::now())))
}

/// Places a request whose headers never came here; there is no next hop to tell.
fn begin_late(pipeline: &Pipeline, state: &mut State) -> Option<Box<Recording>> {
    state.refill_entropy();
    let head = RequestHead::new(host::request_headers()?);
    // A connection that ended before its request was complete is no request.
    head.method()?;
    let placement = place(pipeline, state, &head);
    let hop = wanted(state, placement, None)?;
    let start = host::number("request\0time").unwrap_or_else(host::now);
    Some(Box::new(Recording::new(hop, head, start)))
}

fn place(pipeline: &Pipeline, state: &mut State, head: &RequestHead) -> Placement {
    let State { entropy, counters, .. } = state;
    pipeline.tracer.start(pipeline.request(head), pipeline.surroundings(), entropy, counters)
}

fn read_head(state: &mut State) -> Option<RequestHead> {
    let head = host::request_headers();
    state.counters.add(Counter::HostErrors, head.is_none().into());
    head.map(RequestHead::new)
}

/// Writes one request header.
type WriteHeader = fn(&str, &[u8]) -> Result<(), host::HostError>;

/// Counts the decision and tells the next hop, if there is one, by `write`. Returns the hop if its
/// request is sampled or may be kept.
fn wanted(state: &mut State, placement: Placement, write: Option<WriteHeader>) -> Option<Hop> {
    let hop = match placement {
        Placement::Hop(hop) => hop,
        Placement::PassedOn => {
            state.counters.add(Counter::SpansSampledOut, 1);
            return None;
        }
        Placement::NoEntropy => return None,
    };
    if let Some(write) = write {
        write_headers(state, &hop, write);
    }
    let sampled = hop.context.flags.is_sampled();
    state.counters.add(Counter::SpansSampledOut, (!sampled).into());
    (sampled || hop.may_keep).then_some(hop)
}

fn write_headers(state: &mut State, hop: &Hop, write: WriteHeader) {
    let traceparent = tracecontext::print(&hop.context);
    let mut written = write(TRACEPARENT, &traceparent);
    let trace_state = hop.context.trace_state.as_str();
    written = written.and(match hop.trace_state {
        Edit::Leave => Ok(()),
        Edit::Replace => host::replace_request_header(TRACESTATE, trace_state.as_bytes()),
        Edit::Remove => host::remove_request_header(TRACESTATE),
    });
    state.counters.add(Counter::HostErrors, written.is_err().into());
}
