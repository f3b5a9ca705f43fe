//! What promotes a span, one row for each reason, on both sides of a sidecar.

use serde_json::json;
use spanmesh_harness::{Client, Request, grpc_call};

use super::options;
use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar};

const ROUTE: &str =
    "/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes/0/route/timeout";

/// A sidecar that keeps nothing but what these rules want; its routes end after 400 ms.
async fn sidecar(keep: serde_json::Value, grpc: bool) -> Sidecar {
    Sidecar::start_with(options(json!("always_off"), keep), |config| {
        let config = config
            .set_in_listener("inbound", ROUTE, "0.4s")
            .set_in_listener("outbound", ROUTE, "0.4s");
        if grpc { config.http2_cluster("application").http2_cluster("upstream") } else { config }
    })
    .await
}

/// Sends the requests, each under a path that tells them apart, and gives the reasons of the
/// spans that came.
async fn reasons(sidecar: &Sidecar, requests: Vec<(u16, Request)>, kept: usize) -> Vec<String> {
    for (listener, request) in requests {
        let mut client = Client::connect(sidecar.envoy.port(listener)).await;
        // An answer may be cut off on purpose.
        let _ = client.try_send(&request.host("a.example")).await;
    }
    let account = sidecar.settled(kept as u64).await;
    account.check();
    assert_eq!(account.of("spans_kept"), kept as u64);
    let spans = sidecar.collector.spans();
    let reason = |span: &spanmesh_harness::ReceivedSpan| {
        let flags = span.span.flags;
        assert_eq!(flags & 1, 1, "what is exported was sampled");
        span.str_attr("spanmesh.keep.reason").expect("a reason")
    };
    spans.iter().map(reason).collect()
}

#[tokio::test]
async fn every_kind_of_failure_is_kept() {
    let sidecar = sidecar(json!({"errors": true}), false).await;
    let requests = [
        (INBOUND, "/status/200", false),
        (INBOUND, "/status/404", false),
        (OUTBOUND, "/status/404", false),
        (INBOUND, "/status/500", true),
        (OUTBOUND, "/status/503", true),
        (INBOUND, "/hang", true),
        (OUTBOUND, "/reset", true),
        (INBOUND, "/reset-mid-body", true),
        (OUTBOUND, "/slow/100", false),
    ];
    let kept = requests.iter().filter(|(.., kept)| *kept).count();
    let requests = requests.map(|(listener, path, _)| (listener, Request::get(path)));
    assert_eq!(reasons(&sidecar, requests.into(), kept).await, vec!["error"; kept]);
}

#[tokio::test]
async fn only_the_failures_that_are_named_are_kept() {
    let sidecar = sidecar(json!({"errors": ["timeout", "reset"]}), false).await;
    let paths = ["/status/500", "/hang", "/reset-mid-body", "/status/200"];
    let requests = paths.map(|path| (INBOUND, Request::get(path)));
    assert_eq!(reasons(&sidecar, requests.into(), 2).await, ["error", "error"]);
    let kept: Vec<_> =
        sidecar.collector.spans().iter().map(|span| span.str_attr("url.path").unwrap()).collect();
    assert_eq!(kept, ["/hang", "/reset-mid-body"]);
}

#[tokio::test]
async fn grpc_errors_are_kept_by_the_side_that_they_are_errors_of() {
    let sidecar = sidecar(json!({"errors": ["grpc"]}), true).await;
    // listener, status, in headers alone?
    let calls = [
        (INBOUND, "0", false),
        (INBOUND, "5", false),
        (INBOUND, "14", false),
        (INBOUND, "13", true),
        (OUTBOUND, "5", false),
        (OUTBOUND, "5", true),
        (OUTBOUND, "0", true),
    ];
    let parent = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    for (listener, status, headers_only) in calls {
        let mut fields: Vec<(&str, &[u8])> =
            vec![("x-grpc-status", status.as_bytes()), ("traceparent", parent)];
        if headers_only {
            fields.push(("x-grpc-trailers-only", b"1"));
        }
        grpc_call(sidecar.envoy.port(listener), "/shop.Cart/Add", &fields).await;
    }
    let mut spans = sidecar.collector.wait_for_spans(4, SOON).await;
    sidecar.settled(4).await.check();
    // Each listener has a queue of its own, and theirs come in any order.
    spans.sort_by_key(|span| span.span.start_time_unix_nano);
    let statuses: Vec<_> =
        spans.iter().map(|s| s.str_attr("rpc.response.status_code").unwrap()).collect();
    assert_eq!(statuses, ["UNAVAILABLE", "INTERNAL", "NOT_FOUND", "NOT_FOUND"]);
}

#[tokio::test]
async fn rules_of_every_kind_promote_under_their_names() {
    let sidecar = sidecar(
        json!({"slower_than": "150ms", "rules": [
            {"name": "big-orders", "match": {"header": {"x-order-total": {"at_least": 1000}}}},
            {"name": "teapots", "match": {"response_status": ["418", "420-429"]}},
            {"name": "critical", "match": {"path": ["/payment", {"prefix": "/admin"}]}},
            {"name": "vip", "match": {"header": {"x-tier": {"regex": "vip|enterprise"}}}},
            {"name": "echoes", "match": {"response_header": {"content-length": {"at_least": 100}}}},
            {"name": "reports", "match": {"path": {"template": "/slow/{ms}"}, "method": "GET"},
                "slower_than": "250ms"},
        ]}),
        false,
    )
    .await;
    let get = Request::get;
    let requests = [
        (get("/").header("x-order-total", "1000.00"), Some("big-orders")),
        (get("/").header("x-order-total", "999.99"), None),
        (get("/").header("x-order-total", "many"), None),
        (get("/status/418"), Some("teapots")),
        (get("/status/425"), Some("teapots")),
        (get("/status/430"), None),
        (get("/payment?card=1"), Some("critical")),
        (get("/admin/users"), Some("critical")),
        (get("/payments"), None),
        (get("/").header("x-tier", "enterprise"), Some("vip")),
        (get("/").header("x-tier", "enterprise-trial"), None),
        (get("/echo"), Some("echoes")),
        (get("/slow/200"), None),
        (get("/slow/300"), Some("reports")),
        (Request::post("/slow/200", ""), Some("slow")),
    ];
    let expected: Vec<_> = requests.iter().filter_map(|(_, reason)| *reason).collect();
    let requests = requests.into_iter().map(|(request, _)| (INBOUND, request)).collect();
    assert_eq!(reasons(&sidecar, requests, expected.len()).await, expected);
}

/// "Never" means never, even when it fails; a share of nothing may still be kept.
#[tokio::test]
async fn what_a_rule_drops_always_is_not_kept_either() {
    let sampler = json!({"rule_based": {"rules": [
        {"name": "never", "match": {"path": {"prefix": "/status"}}, "sampler": "always_off"},
        {"name": "overridden", "match": {"path": "/reset"}, "sampler": "always_off", "keep": true},
        {"name": "rest", "sampler": {"probability": {"ratio": 0}}},
    ]}});
    let sidecar = Sidecar::start(json!({"sampler": sampler, "keep": {"errors": true}})).await;
    for path in ["/status/500", "/reset", "/reset-mid-body"] {
        let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
        let _ = client.try_send(&Request::get(path).host("a.example")).await;
    }
    sidecar.settled(2).await.check();
    let paths: Vec<_> =
        sidecar.collector.spans().iter().map(|span| span.str_attr("url.path").unwrap()).collect();
    assert_eq!(paths, ["/reset", "/reset-mid-body"]);
}

/// The next hop was told of the very span that is kept; that nobody sampled it, too.
#[tokio::test]
async fn a_kept_span_has_its_place_in_the_trace_and_no_threshold() {
    let sidecar = sidecar(json!({"errors": true}), false).await;
    let request = Request::get("/status/500")
        .host("a.example")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02")
        .header("tracestate", "a=1,ot=th:8;rv:10000000000000");
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    assert_eq!(span.parent_span_id(), "00f067aa0ba902b7");
    assert_eq!(span.span.trace_state, "ot=rv:10000000000000,a=1");
    let sent_on = sidecar.application.requests()[0].header("traceparent").unwrap().to_owned();
    assert_eq!(sent_on, format!("00-{}-{}-02", span.trace_id(), span.span_id()));
}
