//! Zipkin v2 in JSON.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};
use spanmesh_harness::collector::{ZipkinAnnotation, ZipkinEndpoint, ZipkinKind};
use spanmesh_harness::{
    Answer, Collector, Outcome, Protocol, Request, Response, SECONDS, ZipkinSpan,
};

use super::send;

fn span() -> Value {
    json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "id": "00f067aa0ba902b7",
        "parentId": "b7ad6b7169203331", "name": "get /a", "kind": "SERVER",
        "timestamp": 1_800_000_000_000_000_u64, "duration": 1_500,
        "localEndpoint": {"serviceName": "shop", "ipv4": "127.0.0.1", "port": 8080},
        "remoteEndpoint": {"ipv6": "::1"},
        "tags": {"url.path": "/a", "http.response.status_code": "200"},
        "annotations": [{"timestamp": 1_800_000_000_000_700_u64, "value": "retry"}],
        "debug": true, "shared": false,
    })
}

async fn post(collector: &Collector, spans: &Value) -> Response {
    let request = Request::post("/api/v2/spans", spans.to_string());
    send(collector, &request.header("content-type", "application/json")).await
}

#[tokio::test]
async fn spans_arrive_decoded() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let smallest = json!({"traceId": "a3ce929d0e0e4736", "id": "0000000000000001"});
    let response = post(&collector, &json!([span(), smallest])).await;
    assert_eq!((response.status, response.body.len()), (202, 0));

    let spans = collector.wait_for_zipkin_spans(2, SECONDS).await;
    let endpoint = ZipkinEndpoint::default();
    let shop = ZipkinEndpoint {
        service_name: Some("shop".to_owned()),
        ipv4: Some(Ipv4Addr::LOCALHOST),
        port: Some(8080),
        ..endpoint.clone()
    };
    let tags = [("url.path", "/a"), ("http.response.status_code", "200")];
    let expected = ZipkinSpan {
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        id: "00f067aa0ba902b7".to_owned(),
        parent_id: Some("b7ad6b7169203331".to_owned()),
        name: Some("get /a".to_owned()),
        kind: Some(ZipkinKind::Server),
        timestamp: Some(1_800_000_000_000_000),
        duration: Some(1_500),
        local_endpoint: Some(shop),
        remote_endpoint: Some(ZipkinEndpoint { ipv6: Some(Ipv6Addr::LOCALHOST), ..endpoint }),
        tags: tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        annotations: vec![ZipkinAnnotation {
            timestamp: 1_800_000_000_000_700,
            value: "retry".to_owned(),
        }],
        debug: Some(true),
        shared: Some(false),
    };
    assert_eq!(spans[0], expected);
    assert_eq!((spans[1].kind, &spans[1].parent_id, spans[1].tags.len()), (None, &None, 0));
    assert_eq!(collector.requests()[0].protocol, Some(Protocol::ZipkinJson));
    assert_eq!((collector.span_count(), collector.spans().len()), (2, 0));
}

#[tokio::test]
async fn answers_have_no_partial_success() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let message = "no room".to_owned();
    collector.script([Answer::PartialSuccess { rejected: 1, message }, Answer::Status(503)]);
    assert_eq!(post(&collector, &json!([span()])).await.status, 202);
    assert_eq!(post(&collector, &json!([span()])).await.status, 503);
    let outcomes: Vec<Outcome> =
        collector.requests().iter().map(|request| request.outcome).collect();
    assert_eq!(outcomes, [Outcome::Accepted { rejected: 0 }, Outcome::Refused]);

    collector.set_zipkin_path("/zipkin");
    assert_eq!(post(&collector, &json!([span()])).await.status, 404);
}

#[tokio::test]
async fn what_the_api_does_not_allow_is_refused() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let with = |key: &str, value: Value| {
        let mut span = span();
        span[key] = value;
        json!([span])
    };
    let rows = [
        (span(), "no list"),
        (json!([{"traceId": "a3ce929d0e0e4736"}]), "no id"),
        (with("traceID", json!("a3ce929d0e0e4736")), "an unknown field"),
        (with("kind", json!("INTERNAL")), "an unknown kind"),
        (with("kind", json!(2)), "a number in place of a kind"),
        (with("traceId", json!("4BF92F3577B34DA6A3CE929D0E0E4736")), "upper case"),
        (with("traceId", json!("00000000000000000000000000000000")), "the id of no trace"),
        (with("traceId", json!("4bf92f3577b34da6a3ce929d0e0e473")), "31 digits"),
        (with("id", json!("4bf92f3577b34da6a3ce929d0e0e4736")), "too long for a span"),
        (with("parentId", json!("")), "empty in place of absent"),
        (with("duration", json!(0)), "at least 1"),
        (with("duration", json!(1.5)), "whole microseconds"),
        (with("timestamp", json!("1800000000000000")), "a string"),
        (with("tags", json!({"a": 1})), "tags are strings"),
        (with("localEndpoint", json!({"port": 65_536})), "no port"),
        (with("localEndpoint", json!({"ipv4": "::1"})), "of the other kind"),
        (with("remoteEndpoint", json!({"service": "a"})), "an unknown field of an endpoint"),
    ];
    for (spans, why) in rows {
        assert_eq!(post(&collector, &spans).await.status, 400, "{why}");
    }
    let twice = json!([span()]).to_string().replace("\"tags\":{", "\"tags\":{\"url.path\":\"\",");
    let request = Request::post("/api/v2/spans", twice);
    let request = request.header("content-type", "application/json");
    assert_eq!(send(&collector, &request).await.status, 400, "a tag twice");
    let protobuf =
        Request::post("/api/v2/spans", "").header("content-type", "application/x-protobuf");
    assert_eq!(send(&collector, &protobuf).await.status, 415, "JSON only");
    assert_eq!(collector.span_count(), 0);
}
