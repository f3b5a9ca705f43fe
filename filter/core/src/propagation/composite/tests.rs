use super::*;
use crate::header_map::serialise;
use crate::ids::SpanId;
use crate::propagation::testing::{SHORT_TRACE, SPAN, TRACE, context};
use crate::propagation::{Decision, Edit, Extracted, HeaderEdit, Outgoing};
use crate::request_head::RequestHead;
use crate::span_context::SpanContext;
use crate::trace_state::TraceState;
use crate::trust::Crossing;
use crate::trust::OnForeignContext;
use Propagator::{B3, B3Multi, Baggage, Datadog, Jaeger, OtTrace, TraceContext, XRay};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod extraction;

/// Another trace, as most fields of the tables name it.
const OTHER: &str = "58406520a006649127e371903a2de979";
const OTHER_SPAN: &str = "4c721bf33e3caf8f";

fn head(propagation: &Propagation, pairs: &[(&str, &str)]) -> RequestHead {
    let pairs = pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    RequestHead::noticing(propagation.noticed(), serialise(pairs))
}

/// What becomes of the headers, one edit a word: what is added, set and removed.
fn edits(propagation: &Propagation, outgoing: &Outgoing<'_>) -> Vec<String> {
    let mut edits = Vec::new();
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    propagation.inject(outgoing, &mut |edit| {
        edits.push(match edit {
            HeaderEdit::Add(name, value) => format!("+{name}: {}", text(value)),
            HeaderEdit::Replace(name, value) => format!("={name}: {}", text(value)),
            HeaderEdit::Remove(name) => format!("-{name}"),
        });
    });
    edits
}

#[test]
fn fields_are_added_replaced_and_removed() {
    let w3c = format!("traceparent: 00-{TRACE}-{SPAN}-01");
    let b3 = format!("b3: {TRACE}-{SPAN}-1");
    let [add_w3c, set_w3c, add_b3, set_b3] = [("+", &w3c), ("=", &w3c), ("+", &b3), ("=", &b3)]
        .map(|(sign, text)| format!("{sign}{text}"));
    let uber = format!("+uber-trace-id: {TRACE}:{SPAN}:0:1");
    let within = Crossing::Within;
    let stranger = Crossing::Entering(OnForeignContext::Restart);
    let old = "00-58406520a006649127e371903a2de979-4c721bf33e3caf8f-00";
    let b3_fields = ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-flags"];
    let arrived_b3: Vec<_> = b3_fields.iter().map(|name| (*name, "1")).collect();
    let removed_b3: Vec<_> = b3_fields.iter().map(|name| format!("-{name}")).collect();
    let baggage = vec![
        ("baggage", "a=1"),
        ("uberctx-a", "1"),
        ("jaeger-debug-id", "x"),
        ("ot-baggage-b", "1"),
    ];
    let no_baggage: Vec<_> = baggage.iter().map(|(name, _)| format!("-{name}")).collect();
    let all = || vec![Baggage, Jaeger, OtTrace];
    let cases = [
        (
            vec![TraceContext],
            vec![TraceContext],
            vec![],
            within,
            vec![add_w3c.clone()],
            "nothing arrived",
        ),
        (
            vec![TraceContext],
            vec![TraceContext],
            vec![("traceparent", old)],
            within,
            vec![set_w3c.clone()],
            "replaced",
        ),
        (
            vec![],
            vec![TraceContext, B3],
            vec![("b3", "x")],
            within,
            vec![add_w3c.clone(), set_b3.clone()],
            "each for itself",
        ),
        (
            vec![B3],
            vec![TraceContext],
            vec![("b3", "0")],
            within,
            vec![add_w3c.clone(), "-b3".into()],
            "read, not written: gone",
        ),
        (
            vec![TraceContext],
            vec![B3],
            vec![("traceparent", old), ("tracestate", "a=1")],
            within,
            vec!["-traceparent".into(), "-tracestate".into(), add_b3.clone()],
            "W3C too",
        ),
        (
            vec![B3],
            vec![B3],
            vec![("traceparent", old), ("uber-trace-id", "x")],
            within,
            vec![add_b3.clone()],
            "not configured: untouched",
        ),
        (
            vec![B3],
            vec![B3],
            arrived_b3,
            within,
            [vec![add_b3.clone()], removed_b3].concat(),
            "one form in place of the other",
        ),
        (
            vec![],
            vec![B3, Jaeger],
            vec![],
            within,
            vec![add_b3.clone(), uber.clone()],
            "in the order of the list",
        ),
        (
            all(),
            vec![Jaeger],
            baggage.clone(),
            within,
            vec![uber.clone(), "-baggage".into(), "+uberctx-b: 1".into(), "-ot-baggage-b".into()],
            "baggage is told in the format that is written",
        ),
        (
            all(),
            vec![Jaeger],
            baggage.clone(),
            stranger,
            [vec![uber], no_baggage.clone()].concat(),
            "but for a stranger's",
        ),
        (all(), all(), baggage, Crossing::Leaving, no_baggage, "and nobody outside is told"),
        (
            vec![TraceContext, B3],
            vec![TraceContext, B3],
            vec![
                ("traceparent", old),
                ("tracestate", "a=1"),
                ("b3", "0"),
                ("x-b3-flags", "1"),
                ("uber-trace-id", "x"),
            ],
            Crossing::Leaving,
            ["-traceparent", "-tracestate", "-b3", "-x-b3-flags"].map(str::to_owned).to_vec(),
            "leaving: all that is configured",
        ),
    ];
    for (extract, inject, pairs, crossing, expected, why) in cases {
        let propagation = Propagation::new(extract, inject);
        let head = head(&propagation, &pairs);
        let context = context(TRACE, true);
        let (debug, trace_state, head) = (false, Edit::Leave, Some(&head));
        let outgoing = Outgoing { context: &context, debug, trace_state, crossing, head };
        assert_eq!(edits(&propagation, &outgoing), expected, "{why}");
    }
}

#[test]
fn a_stranger_brings_nothing_of_its_own_along() {
    let propagation = Propagation::new(vec![XRay, Datadog], vec![XRay, Datadog]);
    let pairs = [
        ("x-amzn-trace-id", "Root=1-58406520-a006649127e371903a2de979;Lineage=1:e3b0c442:2"),
        ("x-datadog-trace-id", "1"),
        ("x-datadog-origin", "rum"),
        ("x-datadog-tags", "_dd.p.k=v"),
    ];
    let head = head(&propagation, &pairs);
    let context = context("0000000000000001", true);
    let told = |crossing| {
        let (debug, trace_state, head) = (false, Edit::Leave, Some(&head));
        let outgoing = Outgoing { context: &context, debug, trace_state, crossing, head };
        edits(&propagation, &outgoing).join("\n")
    };
    let carried = ["Lineage", "=x-datadog-origin: rum", "_dd.p.k=v"];
    let (within, without) =
        (told(Crossing::Within), told(Crossing::Entering(OnForeignContext::IgnoreDecision)));
    for word in carried {
        assert!(within.contains(word) && !without.contains(word), "{word}: {within}\n{without}");
    }
    assert!(without.contains("-x-datadog-origin\n-x-datadog-tags"), "{without}");
}

#[test]
fn requests_pass_unread_only_where_nothing_is_to_be_done() {
    let w3c = || vec![TraceContext, Baggage];
    let cases = [
        (w3c(), w3c(), true, true, "the default"),
        (vec![TraceContext], vec![TraceContext], true, true, "without baggage"),
        (vec![TraceContext, B3], w3c(), false, true, "another may bring a context"),
        (w3c(), vec![TraceContext, Baggage, B3], false, false, "another is to be written"),
        (w3c(), vec![TraceContext], false, false, "baggage is to be removed"),
        (w3c(), vec![Baggage, B3], false, false, "traceparent is to be removed"),
        (vec![B3], vec![B3], false, false, "none of W3C's"),
        (vec![], vec![TraceContext], false, true, "whatever arrives is replaced"),
    ];
    for (extract, inject, asks_traceparent_only, may_pass_on, why) in cases {
        let propagation = Propagation::new(extract, inject);
        assert_eq!(propagation.asks_traceparent_only(), asks_traceparent_only, "{why}");
        assert_eq!(propagation.may_pass_on(), may_pass_on, "{why}");
    }
}

#[test]
fn no_flood_of_fields_hides_one() {
    let propagation = Propagation::new(vec![B3, Jaeger], vec![B3]);
    let mut pairs = vec![("uberctx-a", "1"); 1_000];
    pairs.push(("b3", "0"));
    let head = head(&propagation, &pairs);
    let context = context(TRACE, true);
    let (debug, trace_state, head) = (false, Edit::Leave, Some(&head));
    let crossing = Crossing::Entering(OnForeignContext::Restart);
    let outgoing = Outgoing { context: &context, debug, trace_state, crossing, head };
    let edits = edits(&propagation, &outgoing);
    assert_eq!(edits[0], format!("=b3: {TRACE}-{SPAN}-1"), "not a second one");
    assert_eq!(edits[1..], ["-uberctx-a"], "removed at once");
}

/// One hop from each format to each other: ids and decision arrive.
#[test]
fn every_format_is_translated_to_every_other() {
    for from in Propagator::ALL {
        for to in Propagator::ALL.into_iter().filter(|to| *to != Baggage && from != Baggage) {
            for (trace, sampled) in [(TRACE, true), (SHORT_TRACE, false)] {
                let first = Propagation::new(vec![], vec![from]);
                let hop = Propagation::new(vec![from], vec![to]);
                let last = Propagation::new(vec![to], vec![]);
                let caller = context(trace, sampled);
                let arrived = pass(&first, &caller, None);
                let head = head_of(&hop, &arrived);
                let parent = hop.extract(&head).parent.unwrap();
                let span_id = SpanId::from_hex(OTHER_SPAN.as_bytes()).unwrap();
                let own = SpanContext { span_id, trace_id: parent.trace_id, ..caller };
                let sent = pass(&hop, &own, Some(&head));
                let found = last.extract(&head_of(&last, &sent));
                let is_cut = from == OtTrace || to == OtTrace;
                let expected = if is_cut { SHORT_TRACE } else { trace };
                let trace_id = crate::ids::TraceId::from_short_hex(expected.as_bytes());
                let why = format!("{from:?} to {to:?}: {arrived:?}, {sent:?}");
                assert_eq!(parent.span_id, SpanId::from_hex(SPAN.as_bytes()), "{why}");
                assert_eq!(found.decision, Decision::from_flag(sampled), "{why}");
                let found = found.parent.unwrap();
                assert_eq!(
                    (Some(found.trace_id), found.span_id),
                    (trace_id, Some(span_id)),
                    "{why}"
                );
                assert!(found.trace_state.is_empty(), "{why}");
            }
        }
    }
}

/// The fields that a hop sends to the next.
fn pass(
    propagation: &Propagation,
    context: &SpanContext,
    head: Option<&RequestHead>,
) -> Vec<(String, String)> {
    let context = &SpanContext { trace_state: TraceState::default(), ..context.clone() };
    let (debug, trace_state, crossing) = (false, Edit::Leave, Crossing::Within);
    let edits = edits(propagation, &Outgoing { context, debug, trace_state, crossing, head });
    let set = edits.iter().filter_map(|edit| edit.strip_prefix(['+', '=']));
    let pairs = set.filter_map(|field| field.split_once(": "));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn head_of(propagation: &Propagation, pairs: &[(String, String)]) -> RequestHead {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
    head(propagation, &pairs)
}
