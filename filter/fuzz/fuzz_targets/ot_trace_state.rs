//! `ot` of `tracestate`: whatever threshold is put into an accepted list, the list says that
//! threshold, and all else that it said before.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_core::otel_trace_state::OtelTraceState;
use spanmesh_core::sampling::Threshold;

fuzz_target!(|list: &str| {
    let Some(state) = OtelTraceState::parse(list) else { return };
    assert!(list.len() <= 256);
    let tenth = Threshold::from_probability(0.1);
    for threshold in [None, state.threshold, Some(Threshold::ALWAYS), tenth] {
        match state.with_threshold(threshold) {
            Some(written) => {
                assert!(written.len() <= 256);
                let again = OtelTraceState::parse(&written).expect("the grammar is kept");
                assert_eq!(again.threshold, threshold);
                assert_eq!(again.randomness, state.randomness);
                assert_eq!(again.with_threshold(threshold), Some(written));
            }
            None if threshold.is_none() => assert_eq!(state.randomness, None, "nothing is left"),
            None => assert!(list.len() + "th:e6666;".len() > 256, "it has become too long"),
        }
    }
});
