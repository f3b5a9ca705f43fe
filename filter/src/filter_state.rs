//! Ids in filter state, where access logs find them: `%FILTER_STATE(wasm.spanmesh.trace_id:PLAIN)%`.
//!
//! They are written when the request has ended, before Envoy writes its access logs: only then is
//! it known whether the span was kept.

use spanmesh_core::counters::Counter;
use spanmesh_core::propagation::tracecontext;
use spanmesh_core::span_context::SpanContext;

use crate::host;
use crate::state::State;

/// Writes the ids of a span, and whether it is exported.
pub fn set(state: &mut State, context: &SpanContext, is_recorded: bool) {
    let traceparent = tracecontext::print(context);
    let [_, _, _, ids @ .., _, _, _] = &traceparent;
    let (trace_id, rest) = ids.split_at(32);
    let (_, span_id) = rest.split_at(1);
    let sampled: &[u8] = if is_recorded { b"true" } else { b"false" };
    let values = [
        ("spanmesh.trace_id", trace_id),
        ("spanmesh.span_id", span_id),
        ("spanmesh.sampled", sampled),
    ];
    for (name, value) in values {
        let failed = host::set_filter_state(name.as_bytes(), value).is_err();
        state.counters.add(Counter::HostErrors, failed.into());
    }
}
