//! Trace ids of 64 bits: widened in spans, and written as short as they came.

use serde_json::json;
use spanmesh_foreign::Format;

use super::lab::{Lab, propagators};

const SHORT: &str = "463ac35c9f6413ad";
const SPAN: &str = "a2fb4a1d1a96d312";

#[tokio::test]
async fn short_ids_are_widened_and_written_short_again() {
    let lab = Lab::start(&[propagators(&Format::ALL)]).await;
    let [b3, uber] = ["-", ":"].map(|dash| format!("{SHORT}{dash}{SPAN}"));
    let (b3, uber) = (format!("{b3}-1"), format!("{uber}:0:1"));
    let wide = format!("0000000000000000{SHORT}");
    let w3c = format!("00-{wide}-{SPAN}-01");
    let amazon = format!("Root=1-00000000-{};Parent={SPAN};Sampled=1", &wide[8..]);
    let rows: [&[(&str, &str)]; 7] = [
        &[("b3", &b3)],
        &[("x-b3-traceid", SHORT), ("x-b3-spanid", SPAN), ("x-b3-sampled", "1")],
        &[("uber-trace-id", &uber)],
        // 463ac35c9f6413ad and a2fb4a1d1a96d312 in decimal.
        &[
            ("x-datadog-trace-id", "5060571933882717101"),
            ("x-datadog-parent-id", "11744061942159299346"),
            ("x-datadog-sampling-priority", "1"),
        ],
        &[("ot-tracer-traceid", SHORT), ("ot-tracer-spanid", SPAN), ("ot-tracer-sampled", "true")],
        &[("traceparent", &w3c)],
        &[("x-amzn-trace-id", &amazon)],
    ];
    for fields in rows {
        let outcome = lab.send(0, fields, true).await;
        let span = outcome.span();
        assert_eq!((&*span.trace_id(), &*span.parent_span_id()), (&*wide, SPAN), "{fields:?}");
        let own = span.span_id();
        let own_decimal = u64::from_str_radix(&own, 16).unwrap().to_string();
        let expected = [
            ("b3", format!("{SHORT}-{own}-1")),
            ("x-b3-traceid", SHORT.into()),
            ("uber-trace-id", format!("{SHORT}:{own}:0:1")),
            ("x-datadog-trace-id", "5060571933882717101".into()),
            ("x-datadog-parent-id", own_decimal),
            ("x-datadog-tags", String::new()),
            ("ot-tracer-traceid", SHORT.into()),
            ("ot-tracer-spanid", own.clone()),
            ("traceparent", format!("00-{wide}-{own}-01")),
            ("x-amzn-trace-id", format!("Root=1-00000000-{};Parent={own};Sampled=1", &wide[8..])),
        ];
        for (name, value) in expected {
            let left = outcome.field(name);
            // Datadog's tags may hold more than the upper half of the id.
            let is_tags = name == "x-datadog-tags";
            let is_right = if is_tags { !left.contains("_dd.p.tid") } else { left == value };
            assert!(is_right, "{fields:?} leaves {name}: {left}, not {value}");
        }
    }
    lab.account(rows.len() as u64).await;
}

/// No format invents digits: what came in 32 leaves in 32, but for OpenTracing, which has 16.
#[tokio::test]
async fn long_ids_stay_long() {
    const LONG: &str = "0af7651916cd43dd463ac35c9f6413ad";
    let extract_b3 =
        json!({"propagators": {"extract": ["b3"], "inject": Format::ALL.map(Format::name)}});
    let lab = Lab::start(&[extract_b3]).await;
    let outcome = lab.send(0, &[("b3", &format!("{LONG}-{SPAN}-1"))], true).await;
    assert_eq!(outcome.span().trace_id(), LONG);
    let expected = [
        ("x-b3-traceid", LONG),
        ("x-datadog-trace-id", "5060571933882717101"),
        ("x-datadog-tags", "_dd.p.tid=0af7651916cd43dd"),
        ("ot-tracer-traceid", SHORT),
    ];
    for (name, value) in expected {
        assert_eq!(outcome.field(name), value, "{name}");
    }
    lab.account(1).await;
}
