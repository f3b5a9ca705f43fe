//! Captured header fields of requests and answers.

use serde_json::json;
use spanmesh_harness::grpc_call;

use super::{get, grpc_sidecar, keys_are_unique};
use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar};

fn list(values: &[&str]) -> Option<Vec<String>> {
    Some(values.iter().map(|value| (*value).to_owned()).collect())
}

#[tokio::test]
async fn fields_become_lists_on_both_sides() {
    let sidecar = Sidecar::start(json!({"attributes": {
        "request_headers": ["x-tenant", "x-binary", "x-empty", "x-absent", "user-agent"],
        "response_headers": ["x-cache", "content-type", "x-absent"],
    }}))
    .await;
    for listener in [INBOUND, OUTBOUND] {
        let request = get("/")
            .header("X-Tenant", "a")
            .header("x-other", "1")
            .header("x-tenant", "b, c")
            .header("x-binary", b"\xff\x80ok".to_vec())
            .header("x-empty", "")
            .header("user-agent", "test/1")
            .header("x-upstream-header", "x-cache: hit")
            .header("x-upstream-header", b"x-cache: \xffstale".to_vec());
        let (_, span) = sidecar.span_of(listener, request).await;
        let expected = [
            ("http.request.header.x-tenant", list(&["a", "b, c"])),
            ("http.request.header.x-binary", list(&["\u{fffd}\u{fffd}ok"])),
            ("http.request.header.x-empty", list(&[""])),
            ("http.request.header.user-agent", list(&["test/1"])),
            ("http.request.header.x-absent", None),
            ("http.request.header.x-other", None),
            ("http.response.header.x-cache", list(&["hit", "\u{fffd}stale"])),
            ("http.response.header.content-type", None),
            ("http.response.header.x-absent", None),
        ];
        for (key, values) in expected {
            assert_eq!(span.list_attr(key), values, "{key} on {listener}");
        }
        keys_are_unique(&span);
    }
    sidecar.settled(2).await.check();
}

/// Envoy answers itself; its answer has headers too.
#[tokio::test]
async fn an_answer_of_envoys_own_is_captured() {
    let sidecar =
        Sidecar::start(json!({"attributes": {"response_headers": ["content-type"]}})).await;
    let (envoy, collector) = (sidecar.envoy, sidecar.collector);
    sidecar.application.stop().await;
    let mut client = spanmesh_harness::Client::connect(envoy.port(INBOUND)).await;
    assert_eq!(client.send(&get("/")).await.status, 503);
    let span = collector.wait_for_spans(1, SOON).await.remove(0);
    assert_eq!(span.list_attr("http.response.header.content-type"), list(&["text/plain"]));
}

#[tokio::test]
async fn fields_of_grpc_calls_are_metadata() {
    let sidecar = grpc_sidecar(json!({"attributes": {
        "request_headers": ["x-tenant"], "response_headers": ["x-cache"],
    }}))
    .await;
    for listener in [INBOUND, OUTBOUND] {
        sidecar.collector.clear();
        let fields: [(&str, &[u8]); 3] =
            [("x-tenant", b"a"), ("x-tenant", b"b"), ("x-upstream-header", b"x-cache: hit")];
        grpc_call(sidecar.envoy.port(listener), "/shop.Cart/Add", &fields).await;
        let span = sidecar.collector.wait_for_spans(1, SOON).await.remove(0);
        assert_eq!(span.list_attr("rpc.request.metadata.x-tenant"), list(&["a", "b"]));
        assert_eq!(span.list_attr("rpc.response.metadata.x-cache"), list(&["hit"]));
        assert!(span.attr_keys().iter().all(|key| !key.starts_with("http.")));
    }
}

/// A span that keep rules promote has them too.
#[tokio::test]
async fn kept_spans_have_them_too() {
    let sidecar = Sidecar::start(json!({
        "sampler": "always_off", "keep": {"errors": true},
        "attributes": {"request_headers": ["x-tenant"], "response_headers": ["x-cause"]},
    }))
    .await;
    let request =
        get("/status/503").header("x-tenant", "a").header("x-upstream-header", "x-cause: overload");
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    assert_eq!(span.str_attr("spanmesh.keep.reason").as_deref(), Some("error"));
    assert_eq!(span.list_attr("http.request.header.x-tenant"), list(&["a"]));
    assert_eq!(span.list_attr("http.response.header.x-cause"), list(&["overload"]));
}
