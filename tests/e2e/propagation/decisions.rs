//! Decisions that are more than a flag: left to this hop, made without a trace, and debug.

use serde_json::{Value, json};

use super::lab::Lab;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// These formats under a root sampler, and whoever has a parent follows it.
fn with_root(propagators: Value, root: &str) -> Value {
    json!({"propagators": propagators, "sampler": {"parent_based": {"root": root}}})
}

fn all() -> Value {
    json!(["b3", "b3multi", "jaeger", "xray", "datadog", "ottrace", "tracecontext", "baggage"])
}

type Fields<'a> = &'a [(&'a str, &'a str)];

/// Who leaves the decision to this hop is asked for as a new trace is, and stays the parent.
#[tokio::test]
async fn what_is_left_to_this_hop_its_root_sampler_decides() {
    let root = format!("Root=1-{}-{}", &TRACE[..8], &TRACE[8..]);
    let [please, alone] = [format!("{root};Parent={SPAN};Sampled=?"), root];
    let single = format!("{TRACE}-{SPAN}");
    let rows: [(Fields<'_>, &str, &str, &str); 7] = [
        (&[("b3", &single)], TRACE, SPAN, "B3 without a state"),
        (&[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)], TRACE, SPAN, "its other form"),
        (&[("x-amzn-trace-id", &please)], TRACE, SPAN, "X-Ray's ?"),
        (&[("x-amzn-trace-id", &alone)], TRACE, "", "a load balancer's first request"),
        (
            &[("x-datadog-trace-id", "1234"), ("x-datadog-parent-id", "12")],
            "000000000000000000000000000004d2",
            "000000000000000c",
            "Datadog without a priority",
        ),
        (
            &[("x-datadog-trace-id", "1234"), ("x-datadog-sampling-priority", "often")],
            "000000000000000000000000000004d2",
            "",
            "a priority that is none, and no span",
        ),
        (
            &[("ot-tracer-traceid", "4d2"), ("ot-tracer-spanid", "c")],
            "000000000000000000000000000004d2",
            "000000000000000c",
            "OpenTracing without a state",
        ),
    ];
    let options = ["always_on", "always_off"].map(|root| with_root(all(), root));
    let lab = Lab::start(&options).await;
    for (fields, trace_id, span_id, why) in rows {
        for (listener, is_sampled) in [(0, true), (1, false)] {
            let outcome = lab.send(listener, fields, is_sampled).await;
            if let Some(span) = &outcome.span {
                assert_eq!(
                    (&*span.trace_id(), &*span.parent_span_id()),
                    (trace_id, span_id),
                    "{why}"
                );
            }
            let left = outcome.field("traceparent");
            let end = if is_sampled { "-01" } else { "-00" };
            assert!(
                left.starts_with(&format!("00-{trace_id}-")) && left.ends_with(end),
                "{why}: {left}"
            );
            let told = outcome.field("x-b3-sampled");
            assert_eq!(told, if is_sampled { "1" } else { "0" }, "{why}");
        }
    }
    assert_eq!(lab.account(rows.len() as u64).await.of("contexts_invalid"), 0);
}

/// A decision without a trace is one for a new trace, whatever the root sampler is.
#[tokio::test]
async fn a_decision_alone_counts_for_a_new_trace() {
    let options =
        ["always_on", "always_off"].map(|root| with_root(json!(["b3", "tracecontext"]), root));
    let lab = Lab::start(&options).await;
    let rows: [(Fields<'_>, usize, bool, &str); 6] = [
        (&[("b3", "0")], 0, false, "denied"),
        (&[("x-b3-sampled", "0")], 0, false, "denied in the other form"),
        (&[("x-b3-sampled", "false")], 0, false, "and in old words"),
        (&[("b3", "1")], 1, true, "accepted"),
        (&[("x-b3-sampled", "1")], 1, true, "accepted in the other form"),
        (&[], 1, false, "the control: nothing is said"),
    ];
    let mut traces = std::collections::BTreeSet::new();
    for (fields, listener, is_sampled, why) in rows {
        let outcome = lab.send(listener, fields, is_sampled).await;
        if let Some(span) = &outcome.span {
            assert_eq!(span.parent_span_id(), "", "{why}");
        }
        let left = outcome.field("b3");
        let end = if is_sampled { "-1" } else { "-0" };
        assert!(left.len() == 32 + 1 + 16 + 2 && left.ends_with(end), "{why}: {left}");
        assert_eq!(outcome.field("x-b3-sampled"), "", "{why}: one form in place of the other");
        traces.insert(left[..32].to_owned());
    }
    assert_eq!(traces.len(), rows.len(), "all new");
    lab.account(2).await;
}

/// Debug samples whatever the samplers say, and travels on in the formats that have a mark for it.
#[tokio::test]
async fn debug_is_sampled_and_travels_on() {
    let never = json!({"trace_id_ratio_based": {"ratio": 0}});
    let lab = Lab::start(&[json!({"propagators": all(), "sampler": never})]).await;
    let (single, uber) = (format!("{TRACE}-{SPAN}-d"), format!("{TRACE}:{SPAN}:0:3"));
    let rows: [(Fields<'_>, bool, &str); 7] = [
        (&[("b3", &single)], true, "B3"),
        (
            &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-flags", "1")],
            true,
            "its other form",
        ),
        (&[("uber-trace-id", &uber)], true, "Jaeger"),
        (&[("b3", "d")], false, "no trace yet"),
        (&[("x-b3-flags", "1")], false, "nor here"),
        (&[("x-b3-flags", "1"), ("x-b3-sampled", "0")], false, "debug implies acceptance"),
        (&[("jaeger-debug-id", "ticket 4711")], false, "a developer asks by a name"),
    ];
    for (fields, joins, why) in rows {
        let outcome = lab.send(0, fields, true).await;
        let span = outcome.span();
        let (trace_id, span_id) = (span.trace_id(), span.span_id());
        assert_eq!(trace_id == TRACE && span.parent_span_id() == SPAN, joins, "{why}");
        assert_eq!(outcome.field("b3"), format!("{trace_id}-{span_id}-d"), "{why}");
        assert_eq!(outcome.field("x-b3-flags"), "1", "{why}");
        assert_eq!(outcome.field("x-b3-sampled"), "", "{why}: debug implies it");
        assert_eq!(outcome.field("uber-trace-id"), format!("{trace_id}:{span_id}:0:3"), "{why}");
        assert_eq!(outcome.field("x-datadog-sampling-priority"), "2", "{why}");
        let flags = if joins { "01" } else { "03" };
        let w3c = format!("00-{trace_id}-{span_id}-{flags}");
        assert_eq!(outcome.field("traceparent"), w3c, "{why}: sampled");
        let name = span.str_attr("jaeger-debug-id");
        let expected = (why == "a developer asks by a name").then(|| "ticket 4711".to_owned());
        assert_eq!(name, expected, "{why}");
    }
    let sampled = format!("{TRACE}-{SPAN}-1");
    lab.send(0, &[("b3", &sampled)], false).await;
    let account = lab.account(rows.len() as u64).await;
    assert_eq!(account.of("traces_forced"), rows.len() as u64);
}
