//! Baggage as attributes: the mesh's own, never a stranger's.

use serde_json::json;
use spanmesh_harness::Request;

use crate::support::{INBOUND, OUTBOUND, Sidecar, final_account};

#[tokio::test]
async fn a_strangers_baggage_is_neither_passed_on_nor_an_attribute() {
    let sidecar = Sidecar::start(json!({
        "trust": {"inbound": "edge"},
        "attributes": {"baggage": ["user.*"]},
    }))
    .await;
    let request = || Request::get("/").host("a.example").header("baggage", "user.tier=gold");
    let (_, span) = sidecar.span_of(INBOUND, request()).await;
    assert_eq!(span.str_attr("user.tier"), None, "a stranger's");
    let received = sidecar.application.requests();
    assert_eq!(received.last().unwrap().header("baggage"), None);
    let (_, span) = sidecar.span_of(OUTBOUND, request()).await;
    assert_eq!(span.str_attr("user.tier").as_deref(), Some("gold"), "the application's");
    final_account(&sidecar.envoy).await.check();
}
