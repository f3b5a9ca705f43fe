//! The OpenTelemetry Collector as what spanmesh sends to: who may send what and how, and what
//! becomes of it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};
use spanmesh_harness::h2_client::request;
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{
    Client, Collector, GrpcReply, H2Client, OtelCollector, OtelcolConfig, ReceivedSpan, Request,
    SECONDS,
};

use crate::otlp;

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const OK: Option<u32> = Some(0);
const UNAUTHENTICATED: Option<u32> = Some(16);

fn message(name: &str) -> Vec<u8> {
    otlp::message("cart", vec![otlp::span(1, name, StatusCode::Unset)])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Exports a span of this name over OTLP/HTTP; gives the status.
async fn over_http(config: &OtelcolConfig, name: &str, fields: &[(&str, &str)]) -> u16 {
    let compressed = fields.contains(&("content-encoding", "gzip"));
    let body = if compressed { gzip(&message(name)) } else { message(name) };
    let post = Request::post("/v1/traces", body).header("content-type", "application/x-protobuf");
    send(config.otlp_http_port(), post, fields).await
}

/// The same over Zipkin's API.
async fn over_zipkin(config: &OtelcolConfig, name: &str, fields: &[(&str, &str)]) -> u16 {
    let span = json!([{
        "traceId": "01".repeat(16), "id": "01".repeat(8), "name": name, "kind": "SERVER",
        "timestamp": 1_800_000_000_000_000_u64, "duration": 1000,
        "localEndpoint": {"serviceName": "cart"},
    }]);
    let post = Request::post("/api/v2/spans", span.to_string());
    send(config.zipkin_port(), post.header("content-type", "application/json"), fields).await
}

async fn send(port: u16, post: Request, fields: &[(&str, &str)]) -> u16 {
    let add = |post: Request, (name, value): &(&str, &str)| post.header(name, *value);
    let post = fields.iter().fold(post, add);
    Client::connect(port).await.send(&post).await.status
}

/// The same over OTLP/gRPC; gives the status of gRPC.
async fn over_grpc(config: &OtelcolConfig, name: &str, fields: &[(&str, &str)]) -> Option<u32> {
    let compressed = fields.contains(&("grpc-encoding", "gzip"));
    let message = if compressed { gzip(&message(name)) } else { message(name) };
    let mut frame = vec![u8::from(compressed)];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend(message);

    let mut all: Vec<(&str, &[u8])> =
        vec![("content-type", b"application/grpc"), ("te", b"trailers")];
    all.extend(fields.iter().map(|(name, value)| (*name, value.as_bytes())));
    let mut client = H2Client::connect(config.otlp_grpc_port()).await;
    let answer = client.send(request("POST", "otelcol.test", EXPORT, &all, frame)).await;
    GrpcReply::from(answer.unwrap()).grpc_status
}

#[tokio::test]
async fn only_those_who_may_are_let_in() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let plain = || OtelcolConfig::forwarding_to(&sink);
    // "user:pass", and "user:wrong", in base64.
    let (basic, wrong) = ("Basic dXNlcjpwYXNz", "Basic dXNlcjp3cm9uZw==");
    for (config, right, wrong) in [
        (plain().bearer_token("secret"), "Bearer secret", "Bearer guess"),
        (plain().basic_auth("user", "pass"), basic, wrong),
    ] {
        let collector = OtelCollector::start(&config.json()).await;
        for (fields, why) in [(vec![], "nobody"), (vec![("authorization", wrong)], "a stranger")] {
            assert_eq!(over_http(&config, why, &fields).await, 401, "{right}: {why}");
            assert_eq!(over_zipkin(&config, why, &fields).await, 401, "{right}: {why}");
            assert_eq!(over_grpc(&config, why, &fields).await, UNAUTHENTICATED, "{right}: {why}");
        }
        let fields = [("authorization", right)];
        assert_eq!(over_http(&config, "http", &fields).await, 200, "{right}");
        assert_eq!(over_zipkin(&config, "zipkin", &fields).await, 202, "{right}");
        assert_eq!(over_grpc(&config, "grpc", &fields).await, OK, "{right}");

        let spans = sink.wait_for_spans(3, 5 * SECONDS).await;
        let log = collector.stop().await;
        assert_eq!(names(&spans), ["grpc", "http", "zipkin"], "{right}\n{log}");
        assert_eq!(sink.span_count(), 3, "{right}: and nothing else\n{log}");
        sink.clear();
    }
}

#[tokio::test]
async fn compressed_bodies_are_understood() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let config = OtelcolConfig::forwarding_to(&sink);
    let _collector = OtelCollector::start(&config.json()).await;
    assert_eq!(over_http(&config, "http", &[("content-encoding", "gzip")]).await, 200);
    assert_eq!(over_grpc(&config, "grpc", &[("grpc-encoding", "gzip")]).await, OK);
    let spans = sink.wait_for_spans(2, 5 * SECONDS).await;
    assert_eq!(names(&spans), ["grpc", "http"]);
}

#[tokio::test]
async fn spans_are_counted_whether_tail_sampling_forwards_them_or_not() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let errors: Value = json!([{"name": "errors", "type": "status_code",
                                "status_code": {"status_codes": ["ERROR"]}}]);
    let config = OtelcolConfig::forwarding_to(&sink).tail_sampling(errors).span_metrics();
    let collector = OtelCollector::start(&config.json()).await;
    let spans = vec![
        otlp::span(1, "fine", StatusCode::Ok),
        otlp::span(2, "failed", StatusCode::Error),
        otlp::span(3, "fine", StatusCode::Ok),
    ];
    send(config.otlp_http_port(), otlp::export("cart", spans), &[]).await;

    let mut looks = Looks::within(10 * SECONDS);
    let mut page = String::new();
    while looks.another().await && !(calls(&page, "fine") == 2 && calls(&page, "failed") == 1) {
        page = config.metrics_page().await;
    }
    assert_eq!((calls(&page, "fine"), calls(&page, "failed")), (2, 1), "{page}");

    sink.wait_for_spans(1, 10 * SECONDS).await;
    let log = collector.stop().await;
    assert_eq!(names(&sink.spans()), ["failed"], "{log}");
}

/// The names in order: what comes in one after the other may be forwarded side by side.
fn names(spans: &[ReceivedSpan]) -> Vec<&str> {
    let mut names: Vec<&str> = spans.iter().map(ReceivedSpan::name).collect();
    names.sort_unstable();
    names
}

/// How many spans of this name a page of metrics speaks of.
fn calls(page: &str, span: &str) -> u64 {
    let label = format!("span_name=\"{span}\"");
    let is_count =
        |line: &&str| line.starts_with("traces_span_metrics_calls_total{") && line.contains(&label);
    let value = |line: &str| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
    page.lines().filter(is_count).map(value).sum()
}
