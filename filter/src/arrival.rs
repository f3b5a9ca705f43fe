//! A request arrives: it gets its place in a trace, and the next hop is told.

use spanmesh_core::counters::Counter;
use spanmesh_core::propagation::tracecontext::TRACEPARENT;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::span_context::SpanContext;
use spanmesh_core::tracer::{Hop, Placement};
use spanmesh_core::trust::Crossing;

use crate::host;
use crate::pipeline::Pipeline;
use crate::recording::Recording;
use crate::span_metrics::Call;
use crate::state::State;

/// What is remembered of a request.
#[derive(Debug, Default)]
pub struct Arrived {
    /// Whether it crosses the boundary of the mesh.
    pub crossing: Crossing,
    /// What its span would be made of, when it is sampled or may be kept.
    pub recording: Option<Box<Recording>>,
    /// Its place, if there is no recording and somebody may want to know.
    pub context: Option<SpanContext>,
    /// How it is counted, where there are span metrics.
    pub call: Option<Call>,
}

/// Places the request into a trace and tells the next hop.
pub fn begin(pipeline: &Pipeline, state: &mut State) -> Arrived {
    state.refill_entropy();
    let asks_first = state.expect_new_traces
        && pipeline.tracer.may_drop_unseen()
        && pipeline.span_metrics.is_none()
        && !pipeline.is_edge();
    if asks_first && host::request_header(TRACEPARENT).is_none() {
        let placement = pipeline.tracer.start_unseen(
            host::request_header,
            pipeline.surroundings(),
            &mut state.entropy,
            &mut state.counters,
        );
        tell(pipeline, state, &placement, Crossing::Within, None);
        // Only a sampled trace is worth the whole list.
        return remember(pipeline, state, placement, Crossing::Within, host::now, None);
    }
    let Some(head) = read_head(pipeline, state) else { return Arrived::default() };
    let crossing = pipeline.crossing(&head);
    state.expect_new_traces = head.traceparent_count() == 0;
    let placement = place(pipeline, state, crossing, &head);
    tell(pipeline, state, &placement, crossing, Some(&head));
    remember(pipeline, state, placement, crossing, host::now, Some(head))
}

/// Places a request whose headers never came here; there is no next hop to tell.
pub fn begin_late(pipeline: &Pipeline, state: &mut State) -> Arrived {
    state.refill_entropy();
    // A connection that ended before its request was complete is no request.
    let Some(head) = pipeline.read_head().filter(|head| head.method().is_some()) else {
        return Arrived::default();
    };
    let crossing = pipeline.crossing(&head);
    let placement = place(pipeline, state, crossing, &head);
    let start = || host::number("request\0time").unwrap_or_else(host::now);
    remember(pipeline, state, placement, crossing, start, Some(head))
}

fn place(
    pipeline: &Pipeline,
    state: &mut State,
    crossing: Crossing,
    head: &RequestHead,
) -> Placement {
    let State { entropy, counters, .. } = state;
    let surroundings = pipeline.surroundings();
    pipeline.tracer.start(pipeline.request(head), crossing, surroundings, entropy, counters)
}

fn read_head(pipeline: &Pipeline, state: &mut State) -> Option<RequestHead> {
    let head = pipeline.read_head();
    state.counters.add(Counter::HostErrors, head.is_none().into());
    head
}

/// Tells the next hop.
fn tell(
    pipeline: &Pipeline,
    state: &mut State,
    placement: &Placement,
    crossing: Crossing,
    head: Option<&RequestHead>,
) {
    let mut failures = 0;
    pipeline.tracer.inject(placement, crossing, head, &mut state.counters, &mut |edit| {
        failures += u64::from(host::edit_request_headers(edit).is_err());
    });
    state.counters.add(Counter::HostErrors, failures);
}

/// Counts the decision, and keeps what will be needed at the end; `head`: unless it has not been read
/// yet.
fn remember(
    pipeline: &Pipeline,
    state: &mut State,
    placement: Placement,
    crossing: Crossing,
    start: fn() -> u64,
    head: Option<RequestHead>,
) -> Arrived {
    let is_told = pipeline.filter_state || pipeline.answers.tell();
    let (recorded, context): (Option<Hop>, _) = match placement {
        Placement::Hop(hop) => {
            let sampled = hop.context.flags.is_sampled();
            state.counters.add(Counter::SpansSampledOut, (!sampled).into());
            if sampled || hop.may_keep {
                (Some(hop), None)
            } else {
                (None, is_told.then_some(hop.context))
            }
        }
        Placement::PassedOn(context) => {
            state.counters.add(Counter::SpansSampledOut, 1);
            (None, context.filter(|_| is_told))
        }
        Placement::NoEntropy => (None, None),
    };
    let mut arrived = Arrived { crossing, context, ..Arrived::default() };
    if (recorded.is_some() || pipeline.span_metrics.is_some())
        && let Some(head) = head.or_else(|| read_head(pipeline, state))
    {
        let start = start();
        arrived.call = Call::begin(pipeline, &head, start);
        arrived.recording = recorded.map(|hop| Box::new(Recording::new(hop, head, start)));
    }
    arrived
}
