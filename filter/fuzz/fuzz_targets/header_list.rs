//! Header lists: any buffer is read without a panic, what is read is written and read again to
//! the same, and the context that it brings is consistent.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_core::header_map::{Pairs, serialise};
use spanmesh_core::propagation::tracecontext;
use spanmesh_core::request_head::RequestHead;

fuzz_target!(|buffer: &[u8]| {
    let canonical = serialise(Pairs::new(buffer));
    assert!(Pairs::new(&canonical).eq(Pairs::new(buffer)));

    let head = RequestHead::new(buffer.to_vec());
    let count = |wanted: &[u8]| Pairs::new(buffer).filter(|(name, _)| *name == wanted).count();
    assert_eq!(head.traceparent_count() as usize, count(b"traceparent"));
    assert_eq!(head.tracestates().count(), count(b"tracestate"));
    let first = |wanted: &[u8]| {
        let found = Pairs::new(buffer).find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value)
    };
    assert_eq!(head.method(), first(b":method"));
    assert_eq!(head.path(), first(b":path"));
    assert_eq!(head.authority(), first(b":authority"));
    assert_eq!(head.user_agent(), first(b"user-agent"));

    let extracted = tracecontext::extract(&head);
    assert_eq!(extracted, tracecontext::extract(&RequestHead::new(canonical)));
    let arrived = head.traceparent_count() > 0;
    assert_eq!(extracted.invalid_parent, arrived && extracted.parent.is_none());
    assert!(!extracted.invalid_trace_state || extracted.drop_trace_state);
    assert!(!extracted.drop_trace_state || head.has_tracestate());
    if let Some(parent) = extracted.parent {
        let kept = head.has_tracestate() && !extracted.drop_trace_state;
        assert_eq!(parent.trace_state.is_empty(), !kept);
    }
});
