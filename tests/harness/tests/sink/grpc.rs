//! OTLP/gRPC.

use std::time::Duration;

use http::{HeaderMap, Version};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use spanmesh_harness::h2_client::{H2Response, request};
use spanmesh_harness::{Answer, Collector, GrpcStatus, H2Client, Outcome, Protocol, Request};

use super::{call, call_for, frame, message, send};

fn field<'a>(fields: &'a HeaderMap, name: &str) -> &'a str {
    fields.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Status, message and details, from the trailers.
fn trailers(response: &H2Response) -> [&str; 3] {
    assert_eq!(
        (response.status, field(&response.headers, "content-type")),
        (200, "application/grpc")
    );
    let trailers = response.trailers.as_ref().expect("trailers");
    ["grpc-status", "grpc-message", "grpc-status-details-bin"].map(|name| field(trailers, name))
}

#[tokio::test]
async fn spans_arrive_decoded_with_their_metadata() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let body = frame(0, &message([1, 2]));
    let metadata: [(&str, &[u8]); 2] = [("authorization", b"Bearer x"), ("grpc-timeout", b"10S")];
    let response = call(&collector, body.clone(), &metadata).await.unwrap();
    assert_eq!(trailers(&response), ["0", "", ""]);
    assert_eq!(response.body[..], [0, 0, 0, 0, 2, 0x0a, 0x00], "one frame: full success");

    let request = &collector.requests()[0];
    assert_eq!((request.protocol, request.version), (Some(Protocol::OtlpGrpc), Version::HTTP_2));
    assert_eq!((request.body_length, request.decoded_length), (body.len(), body.len() - 5));
    assert_eq!(request.authority, "collector.test");
    for (name, value) in
        [("authorization", "Bearer x"), ("grpc-timeout", "10S"), ("te", "trailers")]
    {
        assert_eq!(request.header(name).as_deref(), Some(value));
    }
    let names: Vec<String> = collector.spans().iter().map(|span| span.name().to_owned()).collect();
    assert_eq!(names, ["span-1", "span-2"]);
}

#[tokio::test]
async fn successes_come_in_three_forms() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let response = call_for(&collector, Answer::AcceptEmptyBody).await.unwrap();
    assert_eq!((trailers(&response), &response.body[..]), (["0", "", ""], &[0; 5][..]));

    let partial = Answer::PartialSuccess { rejected: 3, message: "no room".to_owned() };
    let response = call_for(&collector, partial).await.unwrap();
    let partial = ExportTraceServiceResponse::decode(&response.body[5..]).unwrap();
    let partial = partial.partial_success.unwrap();
    assert_eq!((partial.rejected_spans, &*partial.error_message), (3, "no room"));
    assert_eq!(collector.requests()[1].outcome, Outcome::Accepted { rejected: 3 });

    let response = call_for(&collector, Answer::Garbage).await.unwrap();
    assert_eq!(trailers(&response)[0], "0");
    ExportTraceServiceResponse::decode(&response.body[5..]).unwrap_err();
}

/// The details are what Google's own Python library writes for the same status.
#[tokio::test]
async fn statuses_carry_messages_and_retry_info() {
    const DOWN: &str =
        "CA4SBGRvd24aMAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIECgIIBw";
    const HALF: &str = "CAgSDjUwJSBvZiBhbGw6IMOpGjMKKHR5cGUuZ29vZ2xlYXBpcy5jb20vZ29vZ2xlLnJwYy5SZXRyeUluZm8SBwoFEIDlmnc";
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let down = GrpcStatus::new(14, "down");
    let half = GrpcStatus::new(8, "50% of all: \u{e9}");
    let (seconds, quarter) = (Duration::from_secs(7), Duration::from_millis(250));
    let rows = [
        (down.clone(), ["14", "down", ""].map(str::to_owned)),
        (down.clone().retry_info(seconds), ["14", "down", DOWN].map(str::to_owned)),
        (
            down.clone().padded_retry_info(seconds),
            ["14", "down", &format!("{DOWN}==")].map(str::to_owned),
        ),
        (half.retry_info(quarter), ["8", "50%25 of all: %C3%A9", HALF].map(str::to_owned)),
        (down.clone().details("!"), ["14", "down", "!"].map(str::to_owned)),
        (GrpcStatus::new(13, ""), ["13", "", ""].map(str::to_owned)),
    ];
    for (status, expected) in rows {
        let response = call_for(&collector, Answer::Grpc(status.clone())).await.unwrap();
        assert_eq!(trailers(&response), expected.each_ref().map(|text| &**text), "{status:?}");
        assert!(response.body.is_empty(), "{status:?}");
    }
    let status = down.retry_info(seconds).trailers_only();
    let response = call_for(&collector, Answer::Grpc(status)).await.unwrap();
    assert_eq!(response.trailers, None);
    assert_eq!(field(&response.headers, "grpc-status"), "14");
    assert_eq!(field(&response.headers, "grpc-status-details-bin"), DOWN);
    assert!(collector.requests().iter().all(|request| request.outcome == Outcome::Refused));
}

#[tokio::test]
async fn a_proxy_in_between_answers_in_http() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    for status in [503, 200] {
        let response = call_for(&collector, Answer::Status(status)).await.unwrap();
        assert_eq!((response.status, &response.trailers), (status, &None));
        assert_eq!(field(&response.headers, "grpc-status"), "");
    }
    assert_eq!(collector.span_count(), 0, "200 alone is no success");
}

#[tokio::test]
async fn wrong_calls_get_what_any_collector_says() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let two = [frame(0, &message([1])), frame(0, &message([2]))].concat();
    let rows = [
        ("13", Vec::new(), "no frame"),
        ("13", vec![0, 0, 0, 0], "half a frame"),
        ("13", [&[0, 0, 0, 0, 9][..], &message([1])].concat(), "a wrong length"),
        ("13", two, "two messages"),
        ("13", frame(2, &message([1])), "an unknown flag"),
        ("13", frame(0, &[0x0a, 0x7f]), "no protobuf"),
        ("12", frame(1, &message([1])), "compressed, but nobody says how"),
    ];
    for (status, body, why) in rows {
        let response = call(&collector, body, &[]).await.unwrap();
        assert_eq!(trailers(&response)[0], status, "{why}");
    }
    let fields: [(&str, &[u8]); 1] = [("content-type", b"application/grpc")];
    let elsewhere = request("POST", "c", "/v1/traces", &fields, frame(0, &message([1])));
    let response = H2Client::connect(collector.port()).await.send(elsewhere).await.unwrap();
    assert_eq!(trailers(&response), ["12", "unknown method /v1/traces", ""]);

    let old = Request::post(super::EXPORT, frame(0, &message([1])));
    let response = send(&collector, &old.header("content-type", "application/grpc")).await;
    assert_eq!(response.status, 505, "gRPC needs HTTP/2");
    assert_eq!(collector.span_count(), 0);
}
