//! Properties of the wire formats: what a hop writes the next one reads, and no bytes make them
//! panic or write what is no field value.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use spanmesh_core::header_map::serialise;
use spanmesh_core::ids::{SpanId, TraceId};
use spanmesh_core::propagation::{
    Decision, Edit, Field, HeaderEdit, Outgoing, Propagation, Propagator, RemoteParent, datadog,
};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::span_context::{SpanContext, TraceFlags};
use spanmesh_core::trace_state::TraceState;
use spanmesh_core::trust::{Crossing, OnForeignContext};

/// Fields of all formats; of the families, one member.
const NAMES: [&str; 22] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
    "uber-trace-id",
    "jaeger-debug-id",
    "uberctx-a",
    "x-amzn-trace-id",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-origin",
    "x-datadog-tags",
    "ot-tracer-traceid",
    "ot-tracer-spanid",
    "ot-tracer-sampled",
    "ot-baggage-a",
];

/// Bytes that look like some format often enough to get past the first checks.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        "[0-9a-f]{16}([0-9a-f]{16})?|-?[0-9]{1,20}|[01d]|true|false".prop_map(String::into_bytes),
        "00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]".prop_map(String::into_bytes),
        "[0-9a-f]{16}([0-9a-f]{16})?-[0-9a-f]{16}(-[01d](-[0-9a-f]{16})?)?"
            .prop_map(String::into_bytes),
        "[0-9a-fA-F]{1,32}(:|%3A)[0-9a-f]{1,16}(:|%3a)0:[0-9a-f]{1,2}"
            .prop_map(String::into_bytes),
        "Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;Parent=[0-9a-f]{16})?(;Sampled=[01?])?(;[A-z]=[!-~]{0,9}){0,3}"
            .prop_map(String::into_bytes),
        "(_dd\\.p\\.(tid=[0-9a-f]{16}|dm=-[0-9]|[a-z:;=~]{0,3}=[ -~]{0,9}),?){0,5}"
            .prop_map(String::into_bytes),
        "(a=1,)?dd=(s:-?[0-3]|o:[ -+]{0,9}|p:[0-9a-f]{16}|t\\.[a-z]:[--<>-~]{1,9}|;){0,6}x"
            .prop_map(String::into_bytes),
    ]
}

fn propagators() -> impl Strategy<Value = Vec<Propagator>> {
    let all = Propagator::ALL.to_vec();
    proptest::sample::subsequence(all, 0..=Propagator::ALL.len()).prop_shuffle()
}

fn head(propagation: &Propagation, list: &[(impl AsRef<str>, Vec<u8>)]) -> RequestHead {
    let pairs = list.iter().map(|(name, value)| (name.as_ref().as_bytes(), value.as_slice()));
    RequestHead::noticing(propagation.noticed(), serialise(pairs))
}

prop_compose! {
    fn context()(trace: [u8; 16], short: bool, span: [u8; 8], sampled: bool) -> Option<SpanContext> {
        let mut trace = trace;
        if short {
            trace[..8].fill(0);
        }
        Some(SpanContext {
            trace_id: TraceId::from_bytes(trace)?,
            span_id: SpanId::from_bytes(span)?,
            flags: TraceFlags::default().with_sampled(sampled),
            trace_state: TraceState::default(),
        })
    }
}

fn crossing() -> impl Strategy<Value = Crossing> {
    proptest::sample::select(vec![
        Crossing::Within,
        Crossing::Leaving,
        Crossing::Entering(OnForeignContext::Restart),
        Crossing::Entering(OnForeignContext::IgnoreDecision),
    ])
}

proptest! {
    #[test]
    fn what_a_hop_writes_the_next_one_reads(
        context in context(),
        propagator in proptest::sample::select(Propagator::ALL.to_vec()),
        debug: bool,
    ) {
        let Some(context) = context else { return Ok(()) };
        let is_cut = propagator == Propagator::OtTrace;
        if propagator == Propagator::Baggage || context.trace_id.low_half() == 0 {
            return Ok(());
        }
        let propagation = Propagation::new(vec![propagator], vec![propagator]);
        let (trace_state, crossing, head_in) = (Edit::Leave, Crossing::Within, None);
        let outgoing = Outgoing { context: &context, debug, trace_state, crossing, head: head_in };
        let mut list = Vec::new();
        propagation.inject(&outgoing, &mut |edit| {
            if let HeaderEdit::Add(name, value) | HeaderEdit::Replace(name, value) = edit {
                list.push((name.to_owned(), value.to_vec()));
            }
        });
        let extracted = propagation.extract(&head(&propagation, &list));
        let sampled = context.flags.is_sampled();
        let has_debug =
            matches!(propagator, Propagator::B3 | Propagator::B3Multi | Propagator::Jaeger);
        let decision = match sampled {
            true if debug && has_debug => Decision::Debug,
            sampled => Decision::from_flag(sampled),
        };
        prop_assert_eq!(extracted.decision, decision);
        let low = TraceId::from_low_half(context.trace_id.low_half());
        let trace_id = low.filter(|_| is_cut).unwrap_or(context.trace_id);
        let SpanContext { span_id, flags, trace_state, .. } = context;
        let parent = RemoteParent { trace_id, span_id: Some(span_id), flags, trace_state };
        prop_assert_eq!(extracted.parent, Some(parent));
    }

    #[test]
    fn any_fields_are_read_and_answered_in_visible_characters(
        list in proptest::collection::vec((proptest::sample::select(&NAMES), value()), 0..24),
        extract in propagators(),
        inject in propagators(),
        context in context(),
        crossing in crossing(),
    ) {
        let Some(context) = context else { return Ok(()) };
        let propagation = Propagation::new(extract, inject);
        let head = head(&propagation, &list);
        let extracted = propagation.extract(&head);
        prop_assert!(extracted.parent.is_none() || !extracted.invalid_parent);
        let parent = extracted.parent.clone();
        let trace_state = parent.as_ref().map(|p| p.trace_state.clone()).unwrap_or_default();
        let trace_id = parent.map_or(context.trace_id, |parent| parent.trace_id);
        let context = SpanContext { trace_id, trace_state, ..context };
        let (debug, edit) = (extracted.decision == Decision::Debug, Edit::Leave);
        let outgoing =
            Outgoing { context: &context, debug, trace_state: edit, crossing, head: Some(&head) };
        if let Some(member) = datadog::member(&outgoing) {
            let list = context.trace_state.with(datadog::DD, Some(&member));
            prop_assert!(crossing == Crossing::Within);
            prop_assert!(TraceState::parse([list.as_str().as_bytes()].into_iter()).is_ok());
        }
        let mut left: Vec<&str> = head.carried().map(|(field, ..)| field.name()).collect();
        let mut written = Vec::new();
        propagation.inject(&outgoing, &mut |edit| match edit {
            HeaderEdit::Add(name, value) | HeaderEdit::Replace(name, value) => {
                left.retain(|left| *left != name);
                written.push((name.to_owned(), value.to_vec()));
            }
            HeaderEdit::Remove(name) => left.retain(|left| !name.starts_with(left)),
        });
        for (name, value) in &written {
            prop_assert!(crossing != Crossing::Leaving, "a stranger is told {}", name);
            // Pairs of others and listed members go on as they came, whatever the host let in.
            let is_ours = ![Field::AmznTraceId, Field::Baggage].map(Field::name).contains(&&**name);
            let arrived = |byte: &u8| !is_ours && list.iter().any(|(_, value)| value.contains(byte));
            prop_assert!(value.iter().all(|byte| matches!(byte, b' '..=b'~') || arrived(byte)));
        }
        let names: std::collections::HashSet<_> = written.iter().map(|(name, _)| name).collect();
        prop_assert_eq!(names.len(), written.len(), "no field is written twice");
        let may_stay = ["baggage", "uberctx-", "ot-baggage-", "jaeger-debug-id"];
        let stays = |name: &&str| crossing == Crossing::Within && may_stay.contains(name);
        prop_assert!(left.iter().all(stays), "{:?} went by", left);
    }
}
