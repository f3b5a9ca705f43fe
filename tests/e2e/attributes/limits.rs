//! Limits of spans, and the account of what they take.

use serde_json::json;
use spanmesh_harness::Allowance;

use super::{get, keys_are_unique, with_variables};
use crate::support::{INBOUND, SOON, Sidecar};

#[tokio::test]
async fn too_many_attributes_are_left_out_and_counted() {
    let more = |limit: u32| {
        json!({"limits": {"attribute_count_limit": limit}, "attributes": {
            "constant": {"team": "shop"}, "request_headers": ["x-tenant"], "baggage": ["*"],
        }})
    };
    let request = || get("/?a=1").header("x-tenant", "a").header("baggage", "user=bob,tier=gold");
    let sidecar = Sidecar::start(more(128)).await;
    let (_, all) = sidecar.span_of(INBOUND, request()).await;
    let all: Vec<String> = all.attr_keys().into_iter().map(str::to_owned).collect();
    let count = all.len();
    assert_eq!(all[count - 4..], ["team", "http.request.header.x-tenant", "user", "tier"]);
    assert_eq!(sidecar.settled(1).await.of("attributes_dropped"), 0);

    for limit in [count - 1, count - 4, 3, 1] {
        let sidecar = Sidecar::start(more(limit as u32)).await;
        let (_, span) = sidecar.span_of(INBOUND, request()).await;
        assert_eq!(span.attr_keys(), all[..limit], "the first stay");
        let dropped = (count - limit) as u64;
        assert_eq!(u64::from(span.span.dropped_attributes_count), dropped);
        sidecar.envoy.wait_for_stat("spanmesh_attributes_dropped", |n| n == dropped, SOON).await;
    }
}

#[tokio::test]
async fn long_values_and_many_header_bytes_are_cut_and_counted() {
    let sidecar = Sidecar::start(json!({
        "limits": {"attribute_value_length_limit": 20, "header_bytes_limit": 50},
        "attributes": {"constant": {"long": "0123456789012345678901234"},
            "request_headers": ["x-a", "x-b", "x-c"]},
    }))
    .await;
    // Twice 20 are left of the first; 20 are too many behind it, 10 are not.
    let request = get("/")
        .header("user-agent", "u".repeat(21))
        .header("x-a", "a".repeat(60))
        .header("x-a", "ä".repeat(10))
        .header("x-b", "b".repeat(20))
        .header("x-c", "c".repeat(10));
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    let list = |name: &str| span.list_attr(&format!("http.request.header.{name}"));
    assert_eq!(list("x-a"), Some(vec!["a".repeat(20), "ä".repeat(10)]));
    assert_eq!((list("x-b"), list("x-c")), (None, Some(vec!["c".repeat(10)])));
    assert_eq!(span.str_attr("user_agent.original"), Some("u".repeat(20)));
    assert_eq!(span.str_attr("long").as_deref(), Some("01234567890123456789"));
    assert_eq!(span.span.dropped_attributes_count, 1);
    keys_are_unique(&span);
    let stat = |name| sidecar.envoy.wait_for_stat(name, |n| n > 0, SOON);
    assert_eq!(stat("spanmesh_attributes_dropped").await, 1);
    assert_eq!(stat("spanmesh_attributes_truncated").await, 2, "the agent and the header");
}

#[tokio::test]
async fn the_count_may_come_from_the_environment() {
    let variables =
        json!({"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "2", "OTEL_ATTRIBUTE_COUNT_LIMIT": "9"});
    let sidecar = Sidecar::start_with(json!({}), |config| with_variables(config, &variables)).await;
    sidecar.collector.allow(Allowance::limits("the environment has a limit"));
    let (_, span) = sidecar.span_of(INBOUND, get("/")).await;
    assert_eq!(span.attr_keys(), ["http.request.method", "url.path"]);
    assert!(span.span.dropped_attributes_count > 5);
}
