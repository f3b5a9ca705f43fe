//! Requests that cross the boundary of the mesh.

use super::*;
use crate::propagation::Propagator;
use crate::trust::OnForeignContext::{self, IgnoreDecision, Restart};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn all_formats(sampler: Sampler) -> Tracer {
    let propagation = Propagation::new(Propagator::ALL.to_vec(), Propagator::ALL.to_vec());
    let force = Force { header: Some("x-trace-force".into()), request_id: true };
    Tracer::new(sampler, force, propagation, true)
}

fn entering(on: OnForeignContext, tracer: &Tracer, pairs: &[(&str, &str)]) -> (Hop, Counters) {
    match place_at(Crossing::Entering(on), tracer, pairs, &mut entropy()) {
        (Placement::Hop(hop), counters) => (hop, counters),
        (other, _) => panic!("{other:?}"),
    }
}

#[test]
fn a_strangers_trace_starts_anew_with_a_link() {
    let traceparent = format!("{PARENT}03");
    let pairs = [("traceparent", traceparent.as_str()), ("tracestate", "a=1,ot=th:8")];
    let (hop, counters) = entering(Restart, &all_formats(Sampler::default()), &pairs);
    let link = hop.link.unwrap();
    assert_eq!(str::from_utf8(&tracecontext::print(&link)), Ok(traceparent.as_str()));
    assert_eq!(link.trace_state.as_str(), "a=1,ot=th:8");
    assert_ne!(hop.context.trace_id, link.trace_id);
    assert_eq!((hop.parent_span_id, hop.trace_state), (None, Edit::Remove));
    assert_eq!(hop.context.trace_state.as_str(), "");
    assert_eq!(counters.get(Counter::ContextsForeign), 1);
}

#[test]
fn a_stranger_without_a_context_is_linked_to_nothing() {
    let (hop, counters) = entering(Restart, &all_formats(Sampler::default()), &[]);
    assert_eq!((hop.link, counters.get(Counter::ContextsForeign)), (None, 0));
    assert!(hop.context.flags.is_sampled(), "as the root says");
}

#[test]
fn a_strangers_wishes_are_not_heard() {
    let yes = format!("{PARENT}01");
    let b3 = format!("{TRACE_ID}-00f067aa0ba902b7-d");
    let uber = format!("{TRACE_ID}:00f067aa0ba902b7:0:3");
    let pairs = [
        ("traceparent", yes.as_str()),
        ("b3", b3.as_str()),
        ("b3", "d"),
        ("x-b3-flags", "1"),
        ("uber-trace-id", uber.as_str()),
        ("jaeger-debug-id", "look"),
        ("x-amzn-trace-id", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1"),
        ("x-datadog-sampling-priority", "2"),
        ("ot-tracer-sampled", "true"),
        ("x-trace-force", "1"),
        ("x-request-id", "8f3c1f0e-5d3a-be2b-9d5c-0a1b2c3d4e5f"),
    ];
    let tracer = all_formats(Sampler::ParentBased(Box::new(ParentBased {
        root: Sampler::AlwaysOff,
        ..Default::default()
    })));
    for on in [Restart, IgnoreDecision] {
        for (name, value) in pairs {
            let (hop, counters) = entering(on, &tracer, &[(name, value)]);
            assert!(!hop.context.flags.is_sampled() && !hop.debug, "{name} with {on:?}");
            assert_eq!(counters.get(Counter::TracesForced), 0, "{name} with {on:?}");
        }
        let trusted = place(&tracer, &pairs, &mut entropy());
        let Placement::Hop(hop) = trusted.0 else { panic!("forced") };
        assert!(hop.context.flags.is_sampled(), "the same is heard within the mesh");
    }
}

#[test]
fn a_strangers_randomness_is_replaced() {
    // Whoever sends this is sampled at any ratio where its word counts.
    let chosen = format!("00-{}ffffffffffffff-00f067aa0ba902b7-03", "1".repeat(18));
    let lists = ["a=1", "ot=rv:ffffffffffffff,a=1", "ot=th:1;rv:ffffffffffffff,a=1,dd=s:2"];
    // The entropy of these tests begins with 0xab: kept from about a third on.
    for (ratio, sampled) in [(0.2, false), (0.4, true)] {
        for list in lists {
            let pairs = [("traceparent", chosen.as_str()), ("tracestate", list)];
            let (hop, _) = entering(IgnoreDecision, &all_formats(probability(ratio)), &pairs);
            assert_eq!(hop.context.flags.is_sampled(), sampled, "{list} at {ratio}");
            assert!(hop.parent_span_id.is_some() && hop.link.is_none(), "the trace goes on");
            let written = hop.context.trace_state.as_str();
            let threshold = if sampled { "th:999a;" } else { "" };
            assert_eq!(written, format!("ot={threshold}rv:ababababababab,a=1"), "{list}");
        }
    }
}

#[test]
fn a_strangers_list_is_no_burden() {
    let yes = format!("{PARENT}01");
    let list = (0..32).map(|i| format!("k{i}={}", "v".repeat(100))).collect::<Vec<_>>().join(",");
    let pairs = [("traceparent", yes.as_str()), ("tracestate", list.as_str())];
    let tracer = all_formats(Sampler::AlwaysOn);
    let (hop, _) = entering(Restart, &tracer, &pairs);
    let link = hop.link.unwrap().trace_state;
    assert!((400..=512).contains(&link.as_str().len()) && list.starts_with(link.as_str()));
    let (hop, _) = entering(IgnoreDecision, &tracer, &pairs);
    assert!((400..=550).contains(&hop.context.trace_state.as_str().len()));
}

#[test]
fn a_stranger_that_did_not_sample_does_not_pass_untouched() {
    let no = format!("{PARENT}00");
    let tracer = Tracer::new(Sampler::AlwaysOff, Force::default(), Propagation::default(), false);
    for crossing in
        [Crossing::Entering(Restart), Crossing::Entering(IgnoreDecision), Crossing::Leaving]
    {
        let (placement, _) = place_at(crossing, &tracer, &[("traceparent", &no)], &mut entropy());
        assert!(matches!(placement, Placement::Hop(_)), "{crossing:?}: {placement:?}");
    }
    let (placement, _) = place(&tracer, &[("traceparent", &no)], &mut entropy());
    assert!(matches!(placement, Placement::PassedOn(_)), "{placement:?}");
}

/// The edits of a request that crosses the boundary.
fn edits(crossing: Crossing, pairs: &[(&str, &str)]) -> Vec<String> {
    let tracer = all_formats(Sampler::default());
    let (placement, _) = place_at(crossing, &tracer, pairs, &mut entropy());
    let bytes = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    let head = RequestHead::noticing(tracer.propagation().noticed(), serialise(bytes));
    let mut edits = vec![];
    tracer.inject(&placement, crossing, Some(&head), &mut Counters::default(), &mut |edit| {
        edits.push(match edit {
            HeaderEdit::Add(name, _) => format!("+{name}"),
            HeaderEdit::Replace(name, _) => format!("={name}"),
            HeaderEdit::Remove(name) => format!("-{name}"),
        });
    });
    edits
}

#[test]
fn without_entropy_strangers_are_cleaned_all_the_same() {
    let tracer = all_formats(Sampler::default());
    let pairs = [("traceparent", "x"), ("baggage", "a=1")];
    let bytes = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    let head = RequestHead::noticing(tracer.propagation().noticed(), serialise(bytes));
    for (crossing, expected) in [(Crossing::Entering(Restart), 2), (Crossing::Within, 0)] {
        let mut entropy = EntropyPool::default();
        let (placement, _) = place_at(crossing, &tracer, &pairs, &mut entropy);
        assert_eq!(placement, Placement::NoEntropy);
        let mut removed = 0;
        tracer.inject(&placement, crossing, Some(&head), &mut Counters::default(), &mut |_| {
            removed += 1
        });
        assert_eq!(removed, expected, "{crossing:?}");
    }
}

#[test]
fn what_strangers_send_and_get_is_cleaned() {
    let pairs = [
        ("traceparent", "x"),
        ("tracestate", "a=1"),
        ("baggage", "a=1"),
        ("uberctx-user", "u"),
        ("ot-baggage-user", "u"),
        ("jaeger-debug-id", "look"),
        ("x-b3-parentspanid", "00f067aa0ba902b7"),
        ("x-trace-force", "1"),
        ("x-other", "1"),
    ];
    let removed = |edits: &[String]| {
        let mut names: Vec<_> = edits.iter().filter_map(|edit| edit.strip_prefix('-')).collect();
        names.sort_unstable();
        names.join(" ")
    };
    let entering = edits(Crossing::Entering(Restart), &pairs);
    let baggage = "baggage jaeger-debug-id ot-baggage-user";
    let expected = format!("{baggage} tracestate uberctx-user x-b3-parentspanid x-trace-force");
    assert_eq!(removed(&entering), expected);
    assert!(entering.contains(&"=traceparent".into()), "{entering:?}");
    let leaving = edits(Crossing::Leaving, &pairs);
    let expected =
        format!("{baggage} traceparent tracestate uberctx-user x-b3-parentspanid x-trace-force");
    assert_eq!(removed(&leaving), expected);
    assert!(leaving.iter().all(|edit| edit.starts_with('-')), "nothing is told: {leaving:?}");
    let within = edits(Crossing::Within, &pairs);
    assert_eq!(removed(&within), "tracestate x-b3-parentspanid");
}
