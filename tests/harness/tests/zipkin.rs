//! Zipkin: what is posted is found.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use spanmesh_harness::{Client, Collector, Request, SECONDS, Zipkin};

/// A span of a checkout that begins now.
fn span(id: &str, parent: Option<&str>, service: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let mut span = json!({
        "traceId": "ab".repeat(16), "id": id, "kind": "SERVER", "name": "post /checkout",
        "timestamp": u64::try_from(now.as_micros()).unwrap(), "duration": 1500,
        "localEndpoint": {"serviceName": service, "ipv4": "127.0.0.1", "port": 80},
        // Its answer ends in NULs for such a text.
        "tags": {"http.request.method": "POST", "note": "é\u{2028}"},
    });
    if let Some(parent) = parent {
        span["parentId"] = parent.into();
    }
    span
}

#[tokio::test]
async fn what_is_posted_is_found() {
    let zipkin = Zipkin::start().await;
    let trace = "ab".repeat(16);
    assert!(zipkin.trace(&trace).await.is_empty(), "nothing is there before");
    assert!(zipkin.services().await.is_empty());

    let (root, child) = ("0000000000000001", "0000000000000002");
    let spans = [span(root, None, "edge"), span(child, Some(root), "checkout")];
    let post = Request::post("/api/v2/spans", json!(spans).to_string())
        .header("content-type", "application/json");
    assert_eq!(Client::connect(zipkin.port()).await.send(&post).await.status, 202);

    let mut found = zipkin.wait_for_trace(&trace, 2, 5 * SECONDS).await;
    found.sort_by_key(|span| span["id"].to_string());
    assert_eq!(found, spans);
    assert_eq!(zipkin.services().await, ["checkout", "edge"]);
    let traces = zipkin.traces(10, 60 * SECONDS).await;
    assert_eq!(traces.iter().map(|t| t.as_array().unwrap().len()).collect::<Vec<_>>(), [2]);

    let page = Client::connect(zipkin.port()).await.send(&Request::get("/zipkin/")).await;
    assert!(page.text().contains("<title>Zipkin</title>"), "{}", page.text());
    assert!(zipkin.log().contains("Serving HTTP"), "{}", zipkin.log());
}

#[tokio::test]
#[should_panic(expected = "no 1 spans")]
async fn a_trace_that_does_not_come_is_missed() {
    Zipkin::start().await.wait_for_trace(&"cd".repeat(16), 1, SECONDS / 10).await;
}

#[tokio::test]
#[should_panic(expected = "Zipkin did not start")]
async fn a_start_that_fails_says_why() {
    // On a port that is in use.
    let other = Collector::start_unchecked("spans of the test's own").await;
    Zipkin::start_on(other.port()).await;
}
