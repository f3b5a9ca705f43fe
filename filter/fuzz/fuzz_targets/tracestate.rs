//! `tracestate`: an accepted list keeps the grammar, and neither printing it nor joining its
//! fields beforehand changes it. Lines are fields.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_core::trace_state::TraceState;

fuzz_target!(|text: &[u8]| {
    let fields = || text.split(|&byte| byte == b'\n');
    let parsed = TraceState::parse(fields());
    let joined = fields().collect::<Vec<_>>().join(&b',');
    assert_eq!(parsed, TraceState::parse([joined.as_slice()].into_iter()), "RFC 9110, 5.3");
    let Ok(state) = parsed else { return };
    assert_eq!(TraceState::parse([state.as_str().as_bytes()].into_iter()).as_ref(), Ok(&state));
    if !state.is_empty() {
        let members: Vec<_> = state.as_str().split(',').collect();
        assert!(members.len() <= 32);
        assert!(members.iter().all(|member| member.matches('=').count() == 1), "{state:?}");
    }
});
