//! Answers that Envoy gives itself, also before the request comes to the filter.

use serde_json::json;
use spanmesh_harness::Request;

use crate::support::{INBOUND, PARENT_ID, Sidecar, TRACE_ID, answered_early, sampled_parent};

const ROUTES: &str = "/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes";

#[tokio::test]
async fn a_direct_response_and_a_missing_route_are_spans_too() {
    let sidecar = Sidecar::start_with(json!({}), |config| {
        let direct = json!([{"match": {"path": "/direct"}, "direct_response": {"status": 403}}]);
        config.set_in_listener("inbound", ROUTES, direct)
    })
    .await;
    for (path, status) in [("/direct", 403), ("/nowhere", 404)] {
        let (response, span) = sidecar.span_of(INBOUND, Request::get(path).host("a.example")).await;
        assert_eq!(i64::from(response.status), status);
        assert_eq!(span.int_attr("http.response.status_code"), Some(status));
        assert_eq!(span.str_attr("error.type"), None, "4xx is the caller's");
    }
}

/// A filter in front answers: the filter hears of the request only in `on_log`.
#[tokio::test]
async fn an_answer_of_an_earlier_filter_is_a_span_without_a_request_phase() {
    let sidecar = Sidecar::start_with(json!({}), |config| answered_early(config, "inbound")).await;
    let request =
        Request::get("/early?x=1").host("a.example").header("traceparent", sampled_parent());
    let (response, span) = sidecar.span_of(INBOUND, request).await;
    assert_eq!(response.status, 503);
    assert_eq!((span.trace_id(), span.parent_span_id()), (TRACE_ID.into(), PARENT_ID.into()));
    assert_eq!(span.str_attr("url.path").as_deref(), Some("/early"));
    assert_eq!(span.str_attr("error.type").as_deref(), Some("503"));
    assert!(span.duration() < std::time::Duration::from_secs(5), "{:?}", span.duration());
    sidecar.settled(1).await.check();
}
