use super::*;
use crate::header_map::serialise;
use crate::ids::SpanId;
use crate::propagation::tracecontext;
use crate::rules::KnownListener;
use crate::sampling::{ParentBased, Ratio, Threshold};
use crate::shared_data::tests::Store;
use crate::span::SpanKind;
use crate::trust::OnForeignContext;
mod edges;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";

fn entropy() -> EntropyPool {
    let mut entropy = EntropyPool::default();
    entropy.refill(|bytes| {
        bytes.fill(0xab);
        true
    });
    entropy
}

fn place(
    tracer: &Tracer,
    pairs: &[(&str, &str)],
    entropy: &mut EntropyPool,
) -> (Placement, Counters) {
    place_at(Crossing::Within, tracer, pairs, entropy)
}

fn place_at(
    crossing: Crossing,
    tracer: &Tracer,
    pairs: &[(&str, &str)],
    entropy: &mut EntropyPool,
) -> (Placement, Counters) {
    let pairs = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    let noticed = tracer.propagation().noticed();
    let head = RequestHead::noticing(noticed, serialise(pairs));
    let request =
        Request { head: &head, listener: &KnownListener { kind: SpanKind::Server, port: None } };
    let store = Store::default();
    let surroundings = Surroundings { now: &|| 1, shared: &store };
    let mut counters = Counters::default();
    (tracer.start(request, crossing, surroundings, entropy, &mut counters), counters)
}

fn hop(tracer: &Tracer, pairs: &[(&str, &str)]) -> Hop {
    match place(tracer, pairs, &mut entropy()).0 {
        Placement::Hop(hop) => hop,
        other => panic!("{other:?}"),
    }
}

fn tracer(sampler: Sampler) -> Tracer {
    Tracer::new(sampler, Force::default(), Propagation::default(), false)
}

fn probability(ratio: f64) -> Sampler {
    Sampler::Probability(Threshold::from_probability(ratio))
}

#[test]
fn joins_the_callers_trace_with_a_span_id_of_its_own() {
    let parent = format!("{PARENT}03");
    let hop = hop(&tracer(Sampler::default()), &[("traceparent", &parent), ("tracestate", "a=1")]);
    let expected = "00-4bf92f3577b34da6a3ce929d0e0e4736-abababababababab-03";
    assert_eq!(str::from_utf8(&tracecontext::print(&hop.context)), Ok(expected));
    assert_eq!(hop.parent_span_id, SpanId::from_hex(b"00f067aa0ba902b7"));
    assert_eq!((hop.context.trace_state.as_str(), hop.trace_state), ("a=1", Edit::Leave));
}

#[test]
fn the_random_bit_is_copied_and_never_invented() {
    for (flags, expected) in [("00", 0x01), ("01", 0x01), ("02", 0x03), ("03", 0x03)] {
        let parent = format!("{PARENT}{flags}");
        let hop = hop(&tracer(Sampler::AlwaysOn), &[("traceparent", &parent)]);
        assert_eq!(hop.context.flags.to_wire(), expected);
    }
}

#[test]
fn the_decision_changes_the_sampled_bit_only() {
    let parent = format!("{PARENT}03");
    let hop = hop(&tracer(Sampler::AlwaysOff), &[("traceparent", &parent)]);
    assert_eq!(hop.context.flags.to_wire(), 0x02);
}

#[test]
fn a_broken_context_starts_a_new_random_trace_and_is_counted() {
    let pairs = [("traceparent", "x"), ("tracestate", "a=1")];
    let (placement, counters) = place(&tracer(Sampler::default()), &pairs, &mut entropy());
    let Placement::Hop(hop) = placement else { panic!("{placement:?}") };
    assert_eq!((hop.parent_span_id, hop.trace_state), (None, Edit::Remove));
    assert_eq!(hop.context.flags.to_wire(), 0x03, "sampled and random");
    assert_eq!(hop.context.trace_id.as_bytes(), &[0xab; 16]);
    assert_eq!(counters.get(Counter::ContextsInvalid), 1);
}

#[test]
fn without_entropy_the_request_is_left_alone() {
    let tracer = tracer(Sampler::default());
    let placement = place(&tracer, &[], &mut EntropyPool::default()).0;
    assert_eq!(placement, Placement::NoEntropy);
}

#[test]
fn what_nobody_samples_or_keeps_passes_untouched() {
    let following = |may_keep| {
        Tracer::new(Sampler::default(), Force::default(), Propagation::default(), may_keep)
    };
    let never = |may_keep| {
        Tracer::new(Sampler::AlwaysOff, Force::default(), Propagation::default(), may_keep)
    };
    let no = format!("{PARENT}00");
    let yes = format!("{PARENT}01");
    let odd = format!("{PARENT}fc");
    let cases = [
        (following(false), vec![("traceparent", no.as_str())], true, "nobody samples"),
        (following(false), vec![("traceparent", &no), ("tracestate", "a=1")], true, "nor lists"),
        (following(true), vec![("traceparent", &no)], false, "it may be kept: own ids"),
        (never(false), vec![("traceparent", &yes)], false, "the caller must be contradicted"),
        (never(false), vec![], false, "the next hop must know of the decision"),
        (following(false), vec![("traceparent", &odd)], false, "flags that go no further"),
        (
            following(false),
            vec![("traceparent", &no), ("tracestate", "x")],
            false,
            "a list that must go",
        ),
    ];
    for (tracer, pairs, untouched, why) in cases {
        let placement = place(&tracer, &pairs, &mut entropy()).0;
        assert_eq!(matches!(placement, Placement::PassedOn(_)), untouched, "{why}: {placement:?}");
    }
}

/// A path whose hops have ratios of their own, and one that follows its callers.
#[test]
fn thresholds_travel_by_the_rules() {
    let rooted = |root| Sampler::ParentBased(Box::new(ParentBased { root, ..Default::default() }));
    // The trace id of `PARENT` ends in 56 bits that begin with 0xce: kept from 20 % on.
    let yes = format!("{PARENT}03");
    let no = format!("{PARENT}02");
    let rv = "ot=rv:80000000000000";
    let cases = [
        (probability(0.5), &yes, "", true, "ot=th:8", "its own"),
        (probability(0.5), &yes, "a=1,ot=th:4;x:y", true, "ot=th:8;x:y,a=1", "raised"),
        (probability(0.1), &yes, "ot=th:8", false, "", "dropped, erased"),
        (
            probability(0.1),
            &yes,
            "ot=th:8;rv:ffffffffffffff",
            true,
            "ot=th:e666;rv:ffffffffffffff",
            "the explicit randomness counts",
        ),
        (probability(0.6), &no, rv, true, "ot=th:6666;rv:80000000000000", "rv is never altered"),
        (rooted(probability(0.1)), &yes, "ot=th:8", true, "ot=th:8", "followed, passed on"),
        (rooted(probability(0.1)), &yes, "ot=th:f;p:1", true, "ot=p:1", "inconsistent: erased"),
        (rooted(probability(0.1)), &yes, "ot=p:1", true, "ot=p:1", "unknown, and stays so"),
        (Sampler::AlwaysOn, &yes, "a=1", true, "a=1", "plain samplers write nothing"),
        (Sampler::AlwaysOn, &yes, "ot=th:8", true, "ot=th:8", "and leave what fits"),
        (
            Sampler::TraceIdRatioBased(Ratio::new(0.9).unwrap()),
            &yes,
            "ot=th:8",
            true,
            "",
            "whose probability is unspecified",
        ),
        (probability(0.5), &yes, "ot=th:$", true, "ot=th:8", "what is malformed is replaced"),
    ];
    for (sampler, parent, list, sampled, expected, why) in cases {
        let pairs = [("traceparent", parent.as_str()), ("tracestate", list)];
        let pairs = if list.is_empty() { &pairs[..1] } else { &pairs };
        let hop = hop(&Tracer::new(sampler, Force::default(), Propagation::default(), true), pairs);
        assert_eq!(hop.context.flags.is_sampled(), sampled, "{why}");
        assert_eq!(hop.context.trace_state.as_str(), expected, "{why}");
        let edit = match () {
            () if expected == list => Edit::Leave,
            () if expected.is_empty() => Edit::Remove,
            () => Edit::Replace,
        };
        assert_eq!(hop.trace_state, edit, "{why}");
    }
}

#[test]
fn datadogs_member_is_kept_up_to_date() {
    use crate::propagation::Propagator::{Datadog, TraceContext};
    let parent = format!("{PARENT}01");
    let w3c = |list| vec![("traceparent", parent.as_str()), ("tracestate", list)];
    let fields = [
        ("x-datadog-trace-id", "11803532876627986230"),
        ("x-datadog-sampling-priority", "2"),
        ("x-datadog-origin", "rum"),
        ("x-datadog-tags", "_dd.p.tid=4bf92f3577b34da6,_dd.p.dm=-4"),
    ];
    let both = vec![Datadog, TraceContext];
    let ours = "p:abababababababab";
    let within = Crossing::Within;
    let stranger = Crossing::Entering(OnForeignContext::IgnoreDecision);
    let updated = format!("dd=s:1;o:a;{ours},b=1");
    let from_fields = format!("dd=s:2;o:rum;{ours};t.dm:-4");
    let before_all = format!("{from_fields},a=1");
    let old = "b=1,dd=s:1;o:a;p:00f067aa0ba902b7";
    let cases = [
        (both.clone(), w3c(old), within, &*updated, "our span in place of the caller's"),
        (both.clone(), fields.to_vec(), within, &from_fields, "told anew to those who read W3C"),
        (both.clone(), [w3c("a=1"), fields.to_vec()].concat(), within, &before_all, "both"),
        (both.clone(), w3c("a=1"), within, "a=1", "nothing of Datadog's arrived"),
        (both.clone(), w3c(old), stranger, "ot=rv:ababababababab,b=1", "a stranger's is gone"),
        (vec![TraceContext], w3c(old), within, old, "Datadog is not configured"),
        (vec![Datadog], fields.to_vec(), within, "", "no tracestate is written"),
    ];
    for (propagators, pairs, crossing, expected, why) in cases {
        let propagation = Propagation::new(propagators.clone(), propagators);
        let pairs = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        let head = RequestHead::noticing(propagation.noticed(), serialise(pairs));
        let request = Request {
            head: &head,
            listener: &KnownListener { kind: SpanKind::Server, port: None },
        };
        let store = Store::default();
        let surroundings = Surroundings { now: &|| 1, shared: &store };
        let tracer = Tracer::new(Sampler::default(), Force::default(), propagation, false);
        let (mut entropy, mut counters) = (entropy(), Counters::default());
        let placement = tracer.start(request, crossing, surroundings, &mut entropy, &mut counters);
        let mut told = None;
        tracer.inject(&placement, crossing, Some(&head), &mut Counters::default(), &mut |edit| {
            if let HeaderEdit::Replace("tracestate", list) = edit {
                told = Some(list.to_vec());
            }
        });
        let Placement::Hop(hop) = placement else { panic!("{why}: {placement:?}") };
        assert_eq!(hop.context.trace_state.as_str(), expected, "{why}");
        let is_told = hop.trace_state == Edit::Replace;
        assert_eq!(told.is_some(), is_told, "{why}");
        assert!(told.is_none_or(|list| list == expected.as_bytes()), "{why}");
    }
}

#[test]
fn a_forced_trace_keeps_its_id_and_tells_no_threshold() {
    let force = Force { header: Some("x-trace-force".into()), request_id: false };
    let tracer = Tracer::new(probability(0.5), force, Propagation::default(), false);
    let no = format!("{PARENT}02");
    let pairs = [("traceparent", no.as_str()), ("tracestate", "ot=th:8"), ("x-trace-force", "1")];
    let (placement, counters) = place(&tracer, &pairs, &mut entropy());
    let Placement::Hop(hop) = placement else { panic!("{placement:?}") };
    let traceparent = tracecontext::print(&hop.context);
    assert!(traceparent.starts_with(&PARENT.as_bytes()[..36]) && traceparent.ends_with(b"-03"));
    assert_eq!(hop.context.trace_state.as_str(), "");
    assert_eq!(counters.get(Counter::TracesForced), 1);
}

#[test]
fn a_new_trace_that_nobody_asks_about_is_placed_unseen() {
    let rooted = |root| Sampler::ParentBased(Box::new(ParentBased { root, ..Default::default() }));
    let new = |sampler, may_keep| {
        Tracer::new(sampler, Force::default(), Propagation::default(), may_keep)
    };
    assert!(new(rooted(probability(0.1)), false).may_drop_unseen());
    assert!(!new(rooted(probability(0.1)), true).may_drop_unseen(), "keep rules will ask");
    assert!(!new(rooted(probability(1.0)), false).may_drop_unseen(), "nothing is dropped");
    let store = Store::default();
    let surroundings = Surroundings { now: &|| 1, shared: &store };
    let tracer = new(rooted(probability(0.5)), false);
    let placement =
        tracer.start_unseen(|_| None, surroundings, &mut entropy(), &mut Counters::default());
    let Placement::Hop(hop) = placement else { panic!("{placement:?}") };
    // The trace id of these tests is kept by 0.5: a fresh list, for want of an old one.
    assert_eq!((hop.context.trace_state.as_str(), hop.trace_state), ("ot=th:8", Edit::Replace));
}
