use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What was read, in words.
fn told(extracted: &Extracted) -> String {
    let parent = extracted.parent.as_ref().map(|parent| {
        let span_id = parent.span_id.map(|id| String::from_utf8(id.to_hex().to_vec()).unwrap());
        let span_id = span_id.as_deref().unwrap_or("none");
        let trace_id = String::from_utf8(parent.trace_id.to_hex().to_vec()).unwrap();
        let (flags, list) = (parent.flags.to_wire(), parent.trace_state.as_str());
        format!("{trace_id}/{span_id}/{flags:02x} {list}")
    });
    let mark = |is_set, text| if is_set { text } else { "" };
    format!(
        "{} {:?}{}{}{}",
        parent.as_deref().unwrap_or("nobody"),
        extracted.decision,
        mark(extracted.canonical, " canonical"),
        mark(extracted.invalid_parent, " invalid"),
        mark(extracted.drop_trace_state, " list dropped"),
    )
}

#[test]
fn the_last_valid_context_counts() {
    let w3c = |flags| format!("00-{TRACE}-{SPAN}-{flags}");
    let (random, plain, denied) = (&*w3c("03"), &*w3c("01"), &*w3c("00"));
    let same = &*format!("{TRACE}-{OTHER_SPAN}-0");
    let undecided = &*format!("{TRACE}-{OTHER_SPAN}");
    let half = ("ot-tracer-traceid", SHORT_TRACE);
    let other = &*format!("{OTHER}-{OTHER_SPAN}-1");
    let deferred = &*format!("{OTHER}-{OTHER_SPAN}");
    let uber = &*format!("{OTHER}:{OTHER_SPAN}:0:3");
    let amzn = "Root=1-58406520-a006649127e371903a2de979";
    let w3c_wins = format!("{TRACE}/{SPAN}/03 a=1 Sampled");
    let b3_wins = format!("{OTHER}/{OTHER_SPAN}/01  Sampled");
    let list = ("tracestate", "a=1");
    let cases = [
        (vec![TraceContext, B3], vec![], "nobody Deferred".to_owned(), "nothing"),
        (
            vec![TraceContext, B3],
            vec![("traceparent", denied)],
            format!("{TRACE}/{SPAN}/00  NotSampled canonical"),
            "nothing but W3C",
        ),
        (
            vec![TraceContext, B3],
            vec![("traceparent", random), list, ("b3", other)],
            format!("{b3_wins} list dropped"),
            "another trace: the list is not its own",
        ),
        (
            vec![B3, TraceContext],
            vec![("traceparent", random), list, ("b3", other)],
            w3c_wins.clone(),
            "in the other order",
        ),
        (
            vec![TraceContext, B3],
            vec![("traceparent", random), list, ("b3", same)],
            format!("{TRACE}/{OTHER_SPAN}/02 a=1 NotSampled"),
            "the same trace keeps its list and the random bit",
        ),
        (
            vec![TraceContext, B3],
            vec![("traceparent", random), list, ("b3", undecided)],
            format!("{TRACE}/{OTHER_SPAN}/03 a=1 Sampled"),
            "and its decision, where the other leaves that open",
        ),
        (
            vec![TraceContext, OtTrace],
            vec![("traceparent", random), list, half, ("ot-tracer-spanid", OTHER_SPAN)],
            format!("{TRACE}/{OTHER_SPAN}/03 a=1 Sampled"),
            "half of its id is the same trace",
        ),
        (
            vec![B3, OtTrace],
            vec![("b3", same), half, ("ot-tracer-spanid", SPAN), ("ot-tracer-sampled", "true")],
            format!("{TRACE}/{SPAN}/01  Sampled"),
            "half of B3's id is the same trace too",
        ),
        (
            vec![B3, OtTrace],
            vec![("b3", same), half, ("ot-tracer-spanid", SPAN)],
            format!("{TRACE}/{SPAN}/00  NotSampled"),
            "and has its decision, where it leaves that open",
        ),
        (
            vec![OtTrace, B3],
            vec![("b3", same), half, ("ot-tracer-spanid", SPAN), ("ot-tracer-sampled", "true")],
            format!("{TRACE}/{OTHER_SPAN}/00  NotSampled"),
            "in the other order too",
        ),
        (
            vec![TraceContext, B3],
            vec![("traceparent", random), list, ("b3", "x")],
            w3c_wins.clone(),
            "what is malformed replaces nothing",
        ),
        (
            vec![B3, TraceContext],
            vec![("traceparent", "x"), ("b3", other)],
            b3_wins.clone(),
            "nor does it hide anything",
        ),
        (
            vec![B3, TraceContext],
            vec![("traceparent", "x"), ("b3", "x")],
            "nobody Deferred invalid".into(),
            "all malformed",
        ),
        (
            vec![B3, Jaeger, XRay],
            vec![("b3", "x"), ("x-amzn-trace-id", "Self=1")],
            "nobody Deferred invalid".into(),
            "one malformed, and nothing else",
        ),
        (
            vec![TraceContext, B3],
            vec![("b3", "0")],
            "nobody NotSampled".into(),
            "a decision without a context",
        ),
        (
            vec![TraceContext, B3],
            vec![("traceparent", random), list, ("b3", "0")],
            w3c_wins,
            "whoever names a trace decides",
        ),
        (
            vec![B3, Jaeger],
            vec![("b3", other), ("jaeger-debug-id", "x")],
            b3_wins,
            "so too among the others",
        ),
        (
            vec![B3, Jaeger],
            vec![("b3", "0"), ("jaeger-debug-id", "x")],
            "nobody Debug".into(),
            "of two wishes the last",
        ),
        (
            vec![TraceContext, B3],
            vec![("traceparent", plain), ("b3", deferred)],
            format!("{OTHER}/{OTHER_SPAN}/00  Deferred"),
            "a decision that is left to us",
        ),
        (
            vec![B3, XRay, Jaeger],
            vec![("uber-trace-id", uber), ("x-amzn-trace-id", amzn), ("b3", same)],
            format!("{OTHER}/{OTHER_SPAN}/01  Debug"),
            "the order of formats counts, not that of fields",
        ),
        (
            vec![Jaeger, XRay],
            vec![("x-amzn-trace-id", amzn)],
            format!("{OTHER}/none/00  Deferred"),
            "a trace without a span",
        ),
        (
            vec![Jaeger, XRay],
            vec![("uber-trace-id", uber), ("x-amzn-trace-id", amzn)],
            format!("{OTHER}/{OTHER_SPAN}/01  Debug"),
            "which another format names",
        ),
        (
            vec![B3],
            vec![("traceparent", random), list],
            "nobody Deferred".into(),
            "W3C is not configured",
        ),
        (
            vec![TraceContext],
            vec![("b3", other), list],
            "nobody Deferred list dropped".into(),
            "B3 is not configured",
        ),
        (
            vec![TraceContext, Baggage],
            vec![("traceparent", denied), ("baggage", "a=1")],
            format!("{TRACE}/{SPAN}/00  NotSampled canonical"),
            "baggage is no context",
        ),
        (
            vec![B3Multi],
            vec![("x-b3-traceid", SHORT_TRACE), ("x-b3-spanid", SPAN)],
            format!("0000000000000000{SHORT_TRACE}/{SPAN}/00  Deferred"),
            "64 bits",
        ),
    ];
    for (order, pairs, expected, why) in cases {
        let propagation = Propagation::new(order, vec![]);
        let extracted = propagation.extract(&head(&propagation, &pairs));
        assert_eq!(told(&extracted), expected, "{why}");
    }
    let writes_only = Propagation::new(vec![B3], vec![TraceContext]);
    let extracted = writes_only.extract(&head(&writes_only, &[("b3", other), list]));
    assert!(extracted.drop_trace_state, "a list that nobody reads is not written");
}
