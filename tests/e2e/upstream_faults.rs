//! Upstreams that fail: status and `error.type` of both sides.

use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::json;
use spanmesh_harness::{Client, Request};

use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar};

const ROUTE: &str =
    "/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes/0/route/timeout";

async fn sidecar() -> Sidecar {
    Sidecar::start_with(json!({}), |config| {
        config.set_in_listener("inbound", ROUTE, "0.3s").set_in_listener("outbound", ROUTE, "0.3s")
    })
    .await
}

#[tokio::test]
async fn failures_are_named() {
    let sidecar = sidecar().await;
    // path, listener, status code, error.type
    let cases: [(&str, u16, i64, Option<&str>); 10] = [
        ("/status/404", INBOUND, 404, None),
        ("/status/404", OUTBOUND, 404, Some("404")),
        ("/status/500", INBOUND, 500, Some("500")),
        ("/status/503", OUTBOUND, 503, Some("503")),
        ("/status/302", OUTBOUND, 302, None),
        ("/hang", INBOUND, 504, Some("upstream_request_timeout")),
        ("/hang", OUTBOUND, 504, Some("upstream_request_timeout")),
        ("/reset", INBOUND, 503, Some("upstream_connection_termination")),
        ("/reset", OUTBOUND, 503, Some("upstream_connection_termination")),
        ("/slow/100", OUTBOUND, 200, None),
    ];
    for (path, listener, status, error) in cases {
        let request = Request::get(path).host("a.example");
        let (response, span) = sidecar.span_of(listener, request).await;
        let row = format!("{path} on {listener}");
        assert_eq!(i64::from(response.status), status, "{row}");
        assert_eq!(span.int_attr("http.response.status_code"), Some(status), "{row}");
        assert_eq!(span.str_attr("error.type").as_deref(), error, "{row}");
        let expected = if error.is_some() { StatusCode::Error } else { StatusCode::Unset };
        assert_eq!(span.status(), expected, "{row}");
    }
    sidecar.settled(10).await.check();
}

#[tokio::test]
async fn an_answer_cut_off_midway_is_an_error_in_spite_of_its_status() {
    let sidecar = sidecar().await;
    let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
    let request = Request::get("/reset-mid-body").host("a.example");
    let cut_off = client.try_send(&request).await;
    assert!(cut_off.is_err(), "{cut_off:?}");
    let span = sidecar.collector.wait_for_spans(1, SOON).await.remove(0);
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    // To the codec an early end of the connection is a broken message.
    assert_eq!(span.str_attr("error.type").as_deref(), Some("upstream_protocol_error"));
    assert_eq!(span.status(), StatusCode::Error);
}

#[tokio::test]
async fn an_upstream_that_is_away_is_a_connection_failure() {
    let Sidecar { envoy, collector, upstream, .. } = sidecar().await;
    upstream.stop().await;
    let mut client = Client::connect(envoy.port(OUTBOUND)).await;
    assert_eq!(client.send(&Request::get("/").host("a.example")).await.status, 503);
    let span = collector.wait_for_spans(1, SOON).await.remove(0);
    assert_eq!(span.str_attr("error.type").as_deref(), Some("upstream_connection_failure"));
    assert!(span.attr("network.peer.address").is_some(), "the host that was tried");
}

#[tokio::test]
async fn a_client_that_hangs_up_is_no_error() {
    let sidecar = Sidecar::start(json!({})).await;
    let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
    let request = Request::get("/hang").host("a.example");
    client.send_raw(&request.to_bytes()).await.unwrap();
    sidecar.application.wait_for_requests(1).await;
    drop(client);
    let span = sidecar.collector.wait_for_spans(1, SOON).await.remove(0);
    assert_eq!(span.attr("http.response.status_code"), None, "there was no answer");
    assert_eq!((span.str_attr("error.type"), span.status()), (None, StatusCode::Unset));
}
