//! `traceparent`: what is parsed prints as version 00, and what is printed is parsed to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_core::propagation::tracecontext::{parse, print};
use spanmesh_core::span_context::SpanContext;
use spanmesh_core::trace_state::TraceState;

fuzz_target!(|value: &[u8]| {
    let Some((trace_id, span_id, flags)) = parse(value) else { return };
    let trace_state = TraceState::default();
    let printed = print(&SpanContext { trace_id, span_id, flags, trace_state });
    assert!(printed.starts_with(b"00-"));
    assert_eq!(parse(&printed), Some((trace_id, span_id, flags)));
    assert!(value.windows(49).any(|ids| ids == &printed[3..52]), "the ids stand in the input");
});
