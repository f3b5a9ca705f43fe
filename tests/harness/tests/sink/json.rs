//! OTLP/HTTP in JSON.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};
use spanmesh_harness::{Answer, Collector, Protocol, Request, Response};

use super::send;

fn export() -> Value {
    let span = json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7",
        "name": "GET", "kind": 2, "flags": 257, "traceState": "a=1",
        "startTimeUnixNano": "1800000000000000000", "endTimeUnixNano": 1_800_000_000_001_000_000_u64,
        "attributes": [
            {"key": "url.path", "value": {"stringValue": "/a\n\u{e9}"}},
            {"key": "http.response.status_code", "value": {"intValue": "503"}},
            {"key": "list", "value": {"arrayValue": {"values": [{"stringValue": "x"}]}}},
        ],
        "status": {"code": 2},
    });
    let scope = json!({"scope": {"name": "s"}, "spans": [span]});
    let name = json!({"key": "service.name", "value": {"stringValue": "shop"}});
    json!({"resourceSpans": [{"resource": {"attributes": [name]}, "scopeSpans": [scope]}]})
}

async fn post(collector: &Collector, body: &str, kind: &str) -> Response {
    send(collector, &Request::post("/v1/traces", body).header("content-type", kind)).await
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or(Value::Null)
}

#[tokio::test]
async fn spans_arrive_decoded() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let text = export().to_string();
    let response = post(&collector, &text, "application/json; charset=utf-8").await;
    assert_eq!((response.status, body(&response)), (200, json!({"partialSuccess": {}})));
    assert_eq!(response.header_values("content-type"), ["application/json"]);

    let request = &collector.requests()[0];
    assert_eq!(request.protocol, Some(Protocol::OtlpJson));
    assert_eq!((request.body_length, request.decoded_length), (text.len(), text.len()));
    assert_eq!((&*request.authority, &request.encoding), ("spanmesh.test", &None));
    let span = &collector.spans()[0];
    assert_eq!(span.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!((span.span_id(), span.parent_span_id()), ("00f067aa0ba902b7".into(), "".into()));
    assert_eq!((span.kind(), span.span.flags), (SpanKind::Server, 257));
    assert_eq!(span.duration().as_millis(), 1);
    assert_eq!(span.str_attr("url.path").as_deref(), Some("/a\n\u{e9}"));
    assert_eq!(span.int_attr("http.response.status_code"), Some(503));
    assert_eq!(span.list_attr("list"), Some(vec!["x".to_owned()]));
    assert_eq!(span.service(), "shop");
}

#[tokio::test]
async fn answers_are_json_too() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let text = export().to_string();
    let message = "no \"room\"".to_owned();
    let rows = [
        (
            Answer::PartialSuccess { rejected: 1, message },
            200,
            json!({"partialSuccess": {"rejectedSpans": "1", "errorMessage": "no \"room\""}}),
        ),
        (Answer::AcceptEmptyBody, 200, Value::Null),
        (Answer::Garbage, 200, Value::Null),
        (Answer::Status(503), 503, Value::Null),
    ];
    for (answer, status, expected) in rows {
        collector.script([answer.clone()]);
        let response = post(&collector, &text, "application/json").await;
        assert_eq!((response.status, body(&response)), (status, expected), "{answer:?}");
        assert_eq!(
            response.body.is_empty(),
            !matches!(answer, Answer::PartialSuccess { .. } | Answer::Garbage)
        );
    }
}

#[tokio::test]
async fn what_no_exporter_should_write_is_refused() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let edited = |pointer: &str, value: Value| {
        let mut export = export();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match export.pointer_mut(parent).unwrap() {
            Value::Array(list) => list[0] = value,
            object => object[key] = value,
        }
        export.to_string()
    };
    let span = "/resourceSpans/0/scopeSpans/0/spans/0";
    let rows = [
        (String::new(), "nothing"),
        ("[]".to_owned(), "no object"),
        (edited(&format!("{span}/span_id"), json!("00f067aa0ba902b7")), "snake case"),
        (
            edited(&format!("{span}/attributes/0/value/text"), json!("x")),
            "an unknown kind of value",
        ),
        (edited(&format!("{span}/kind"), json!("SPAN_KIND_SERVER")), "enums are numbers"),
        (edited(&format!("{span}/spanId"), json!("APBnqgupArc=")), "base64 in place of hex"),
        (edited(&format!("{span}/startTimeUnixNano"), json!("soon")), "no number"),
        (edited(&format!("{span}/attributes/1/value/intValue"), json!("0x1")), "no decimal number"),
        (edited(span, json!(["4bf92f3577b34da6a3ce929d0e0e4736"])), "a list in place of a span"),
        (edited("/resourceSpans/0/schema", json!("")), "a misspelt key above the spans"),
    ];
    for (text, why) in rows {
        assert_eq!(post(&collector, &text, "application/json").await.status, 400, "{why}");
        let last = collector.requests().pop().unwrap();
        assert!(last.export.is_err() && !last.accepted(), "{why}: {last}");
    }
}
