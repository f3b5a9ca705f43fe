//! Wire formats: whatever fields arrive, a hop reads them, and what it writes instead is read by
//! the next one as the span that it stands for.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use spanmesh_core::header_map::serialise;
use spanmesh_core::ids::{SpanId, TraceId};
use spanmesh_core::propagation::{Edit, HeaderEdit, Outgoing, Propagation, Propagator, datadog};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::span_context::{SpanContext, TraceFlags};
use spanmesh_core::trace_state::TraceState;
use spanmesh_core::trust::{Crossing, OnForeignContext};
use spanmesh_core_fuzz::lines::pairs;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Indexes into all propagators.
    extract: [u8; 3],
    inject: u8,
    crossing: u8,
    sampled: bool,
    debug: bool,
    /// Lines of `name: value`.
    headers: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let propagator = |index: u8| Propagator::ALL[usize::from(index) % Propagator::ALL.len()];
    let extract = input.extract.map(propagator).to_vec();
    let inject = propagator(input.inject);
    let crossing = match input.crossing % 4 {
        0 => Crossing::Within,
        1 => Crossing::Leaving,
        2 => Crossing::Entering(OnForeignContext::Restart),
        _ => Crossing::Entering(OnForeignContext::IgnoreDecision),
    };
    let propagation = Propagation::new(extract, vec![inject]);
    let head = RequestHead::noticing(propagation.noticed(), serialise(pairs(input.headers)));
    let extracted = propagation.extract(&head);
    assert!(extracted.parent.is_none() || !extracted.invalid_parent);

    let (trace_id, trace_state) = match extracted.parent {
        Some(parent) => (parent.trace_id, parent.trace_state),
        None => (TraceId::from_low_half(1).expect("not zero"), TraceState::default()),
    };
    let span_id = SpanId::from_bytes([7; 8]).expect("not zero");
    let flags = TraceFlags::default().with_sampled(input.sampled);
    let context = SpanContext { trace_id, span_id, flags, trace_state };
    let outgoing = Outgoing {
        context: &context,
        debug: input.debug,
        trace_state: Edit::Leave,
        crossing,
        head: Some(&head),
    };
    if let Some(member) = datadog::member(&outgoing) {
        let list = context.trace_state.with(datadog::DD, Some(&member));
        assert!(TraceState::parse([list.as_str().as_bytes()].into_iter()).is_ok(), "{list:?}");
    }
    let mut written: Vec<(String, Vec<u8>)> = Vec::new();
    let _dropped = propagation.inject(&outgoing, &mut |edit| {
        if let HeaderEdit::Add(name, value) | HeaderEdit::Replace(name, value) = edit {
            assert!(!written.iter().any(|(other, _)| other == name), "{name} is written twice");
            written.push((name.to_owned(), value.to_vec()));
        }
    });
    let is_silent = inject == Propagator::Baggage || crossing == Crossing::Leaving;
    let has_half_ids = matches!(inject, Propagator::Datadog | Propagator::OtTrace);
    if is_silent || has_half_ids && trace_id.low_half() == 0 {
        let is_baggage = |(name, _): &(String, Vec<u8>)| name == "baggage";
        assert!(written.iter().all(is_baggage), "{written:?}");
        return;
    }

    let next = Propagation::new(vec![inject], vec![]);
    let told = written.iter().map(|(name, value)| (name.as_bytes(), value.as_slice()));
    let told = next.extract(&RequestHead::noticing(next.noticed(), serialise(told)));
    assert_eq!(told.decision.sampled(), Some(input.sampled));
    let parent = told.parent.expect("what was written can be read");
    assert_eq!(parent.span_id, Some(span_id));
    assert_eq!(parent.trace_id.low_half(), trace_id.low_half());
    assert!(inject == Propagator::OtTrace || parent.trace_id == trace_id);
});
