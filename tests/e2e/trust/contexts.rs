//! Contexts of strangers at an inbound edge.

use serde_json::json;
use spanmesh_harness::{Client, ReceivedSpan, RecordedRequest, Request};

use super::ids::Ids;
use super::strangers::{INVENTED, Stranger, strangers};
use super::{ALL_FORMATS, FORCE, MANAGER, inbound_at, root_ratio};
use crate::support::{PARENT_ID, TRACE_ID, final_account};

/// Header fields that a stranger may not get into the mesh, by how their names begin.
const REMOVED: [&str; 5] = ["baggage", "uberctx-", "ot-baggage-", "jaeger-debug-id", FORCE];

/// Each is one edge: its documented port, what becomes of traces, and the ratio of new ones.
const EDGES: [(u16, &str, f64); 4] = [
    (15100, "restart", 0.0),
    (15101, "restart", 1.0),
    (15102, "ignore_decision", 0.0),
    (15103, "ignore_decision", 1.0),
];

#[tokio::test]
async fn a_stranger_in_any_format_decides_nothing() {
    let listeners = EDGES.map(|(port, on_foreign_context, ratio)| {
        let edge = json!({"edge": {"on_foreign_context": on_foreign_context}});
        let options = json!({
            "propagators": ALL_FORMATS,
            "sampler": root_ratio(ratio),
            "force": {"header": FORCE, "request_id": true},
            "trust": {"inbound": edge},
        });
        (port, options)
    });
    let sidecar = inbound_at(&listeners, |config| config).await;
    let strangers = strangers();
    let (mut foreign, mut sampled) = (0, 0);
    for (port, on_foreign_context, ratio) in EDGES {
        sidecar.application.clear();
        sidecar.collector.clear();
        let mut client = Client::connect(sidecar.envoy.port(port)).await;
        for stranger in &strangers {
            assert_eq!(client.send(&stranger.request()).await.status, 200);
        }
        foreign += strangers.len() as u64;
        sampled += if ratio > 0.0 { strangers.len() as u64 } else { 0 };
        sidecar.settled(sampled).await.check();
        let spans = sidecar.collector.spans();
        for (stranger, seen) in strangers.iter().zip(sidecar.application.requests()) {
            let path = format!("/{}", stranger.name);
            let is_its = |span: &&ReceivedSpan| span.str_attr("url.path").as_ref() == Some(&path);
            let span = spans.iter().find(is_its);
            assert_eq!(span.is_some(), ratio > 0.0, "{path}: the decision is ours");
            let row = format!("{path} with {on_foreign_context} at {ratio}");
            let joins = on_foreign_context == "ignore_decision" && stranger.has_span;
            if let Some(span) = span {
                check_span(stranger, span, &seen, joins, &row);
            }
            check_sent_on(&seen, span.is_some(), joins, &row);
        }
    }
    let account = final_account(&sidecar.envoy).await;
    assert_eq!(account.of("contexts_foreign"), foreign);
    assert_eq!(account.of("traces_forced"), 0);
    assert_eq!(account.of("contexts_invalid"), 0);
}

/// The span joins the stranger's trace, or links to it.
fn check_span(
    stranger: &Stranger,
    span: &ReceivedSpan,
    seen: &RecordedRequest,
    joins: bool,
    row: &str,
) {
    let ids = Ids { trace_id: span.trace_id(), span_id: span.span_id() };
    assert_eq!(Ids::told(seen), ids, "{row}");
    assert_eq!(ids.trace_id == TRACE_ID, joins, "{row}");
    assert_eq!(span.parent_span_id(), if joins { PARENT_ID } else { "" }, "{row}");
    let link = (TRACE_ID.to_owned(), PARENT_ID.to_owned(), stranger.trace_state.to_owned());
    let links = if stranger.has_span && !joins { vec![link] } else { vec![] };
    assert_eq!(span.links(), links, "{row}");
    assert_eq!(span.str_attr("jaeger-debug-id"), None, "{row}: nobody asked for the trace");
}

/// The next hop gets our context in every format, and of the stranger's at most the trace id.
fn check_sent_on(seen: &RecordedRequest, sampled: bool, joins: bool, row: &str) {
    let Ids { trace_id, span_id } = Ids::told(seen);
    let one = if sampled { "1" } else { "0" };
    let (upper, low) = trace_id.split_at(16);
    let decimal = |hex| u64::from_str_radix(hex, 16).unwrap().to_string();
    // Our own ids are random, a stranger's need not be.
    let flags = if joins { one.to_owned() } else { if sampled { "3" } else { "2" }.to_owned() };
    let expected = [
        ("traceparent", format!("00-{trace_id}-{span_id}-0{flags}")),
        ("b3", format!("{trace_id}-{span_id}-{one}")),
        ("x-b3-traceid", trace_id.clone()),
        ("x-b3-spanid", span_id.clone()),
        ("x-b3-sampled", one.to_owned()),
        ("uber-trace-id", format!("{trace_id}:{span_id}:0:{one}")),
        (
            "x-amzn-trace-id",
            format!("Root=1-{}-{};Parent={span_id};Sampled={one}", &trace_id[..8], &trace_id[8..]),
        ),
        ("x-datadog-trace-id", decimal(low)),
        ("x-datadog-parent-id", decimal(&span_id)),
        ("x-datadog-sampling-priority", one.to_owned()),
        ("x-datadog-tags", format!("_dd.p.tid={upper}")),
        ("ot-tracer-traceid", low.to_owned()),
        ("ot-tracer-spanid", span_id.clone()),
        ("ot-tracer-sampled", sampled.to_string()),
    ];
    for (name, value) in expected {
        assert_eq!(seen.header_values(name), [value], "{row}: {name}");
    }
    for name in ["x-b3-flags", "x-b3-parentspanid", "x-datadog-origin"] {
        assert_eq!(seen.header(name), None, "{row}");
    }
    for (name, value) in &seen.headers {
        let is_removed = REMOVED.iter().any(|removed| name.starts_with(removed));
        let value = String::from_utf8_lossy(value);
        assert!(!is_removed, "{row}: {name}: {value}");
        // The members of other vendors go with a trace that goes on.
        let is_invented = value.contains(INVENTED) && !(joins && name == "tracestate");
        assert!(!is_invented, "{row}: {name}: {value}");
        assert!(
            !value.contains(PARENT_ID) && (joins || !value.contains(TRACE_ID)),
            "{row}: {name}"
        );
    }
}

/// Fields are noticed up to a number that no well-meant request reaches; at an edge those behind it
/// must not get in.
#[tokio::test]
async fn a_flood_of_fields_hides_nothing() {
    let options = json!({
        "propagators": ALL_FORMATS,
        "sampler": root_ratio(0.0),
        "trust": {"inbound": "edge"},
    });
    let sidecar = inbound_at(&[(15100, options)], |config| {
        let limit = format!("{MANAGER}/common_http_protocol_options/max_headers_count");
        config.set_in_listener("15100", &limit, 2_000)
    })
    .await;
    let flood = (0..1_000).map(|n| (format!("uberctx-{n}"), b"invented".to_vec()));
    let request = Request::get("/").host("a.example").headers(flood);
    let request = (request.header("jaeger-debug-id", INVENTED))
        .header("uberctx-last", INVENTED)
        .header("x-b3-flags", "1")
        .header("baggage", "user=invented");
    assert_eq!(sidecar.send(15100, request).await.status, 200);
    let seen = sidecar.application.requests().remove(0);
    check_sent_on(&seen, false, false, "a flood");
    sidecar.settled(0).await.check();
}
