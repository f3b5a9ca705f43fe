//! The OpenTelemetry Collector: its components at work, and its end.

use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Client, Collector, OtelCollector, Request, SECONDS, free_port};

use crate::otlp;

/// Traces from the receiver at `port` through these processors to the sink.
fn config(port: u16, sink: &Collector, processors: Value) -> Value {
    let names: Vec<&String> = processors.as_object().unwrap().keys().collect();
    let traces = json!({"receivers": ["otlp"], "processors": names, "exporters": ["otlp_http"]});
    let sink = format!("http://127.0.0.1:{}", sink.port());
    json!({
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": format!("127.0.0.1:{port}")}}}},
        "processors": processors,
        "exporters": {"otlp_http": {"endpoint": sink, "compression": "none"}},
        "service": {"pipelines": {"traces": traces}},
    })
}

#[tokio::test]
async fn tail_sampling_forwards_only_the_trace_with_an_error() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let port = free_port();
    let errors = json!({"name": "errors", "type": "status_code",
                        "status_code": {"status_codes": ["ERROR"]}});
    let sampling = json!({"tail_sampling": {"decision_wait": "1s", "policies": [errors]}});
    let collector = OtelCollector::start(&config(port, &sink, sampling)).await;

    let spans = vec![
        otlp::span(1, "fine", StatusCode::Ok),
        otlp::span(2, "failed", StatusCode::Error),
        otlp::span(3, "unset", StatusCode::Unset),
    ];
    let mut application = Client::connect(port).await;
    assert_eq!(application.send(&otlp::export("cart", spans)).await.status, 200);

    let spans = sink.wait_for_spans(1, 10 * SECONDS).await;
    assert_eq!((spans[0].name(), spans[0].service().as_str()), ("failed", "cart"));
    // Whatever else is decided comes no later than the end.
    let log = collector.stop().await;
    assert!(log.contains("Shutdown complete"), "{log}");
    assert_eq!(sink.span_count(), 1, "{log}");
    Client::try_connect(port).await.unwrap_err();
}

#[tokio::test]
async fn what_a_batch_holds_is_exported_at_the_end() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let port = free_port();
    let patient = json!({"batch": {"timeout": "60s", "send_batch_size": 1000}});
    let collector = OtelCollector::start(&config(port, &sink, patient)).await;
    let spans = vec![otlp::span(1, "held", StatusCode::Unset)];
    Client::connect(port).await.send(&otlp::export("cart", spans)).await;

    let log = collector.stop().await;
    assert_eq!(sink.span_count(), 1, "{log}");
}

#[tokio::test]
#[should_panic(expected = "no_such_processor")]
async fn a_configuration_that_is_refused_shows_in_the_panic() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    OtelCollector::start(&config(free_port(), &sink, json!({"no_such_processor": {}}))).await;
}

/// Every component that a test may name is in the binary.
#[tokio::test]
async fn all_components_are_there() {
    let (port, zipkin, metrics) = (free_port(), free_port(), free_port());
    let address = |port: u16| format!("127.0.0.1:{port}");
    let auth = |name: &str| json!({"authenticator": name});
    let collector = OtelCollector::start(&json!({
        "extensions": {
            "basicauth": {"htpasswd": {"inline": "user:pass"}},
            "bearertokenauth": {"token": "secret"},
        },
        "receivers": {
            "otlp": {"protocols": {
                "http": {"endpoint": address(port), "auth": auth("basicauth")},
            }},
            "zipkin": {"endpoint": address(zipkin), "auth": auth("bearertokenauth")},
        },
        "exporters": {
            "debug": {},
            "otlp_grpc": {"endpoint": address(free_port()), "tls": {"insecure": true}},
            "prometheus": {"endpoint": address(metrics)},
        },
        "connectors": {"span_metrics": {"metrics_flush_interval": "200ms"}},
        "service": {
            "extensions": ["basicauth", "bearertokenauth"],
            "pipelines": {
                "traces": {"receivers": ["otlp", "zipkin"],
                           "exporters": ["debug", "otlp_grpc", "span_metrics"]},
                "metrics": {"receivers": ["span_metrics"], "exporters": ["prometheus"]},
            },
        },
    }))
    .await;
    let request = otlp::export("cart", vec![otlp::span(1, "counted", StatusCode::Unset)]);
    let refused = Client::connect(port).await.send(&request).await;
    assert_eq!(refused.status, 401, "{}", collector.log());
    let accepted = request.header("authorization", "Basic dXNlcjpwYXNz");
    assert_eq!(Client::connect(port).await.send(&accepted).await.status, 200);

    let mut looks = Looks::within(10 * SECONDS);
    while looks.another().await {
        let answer = Client::connect(metrics).await.send(&Request::get("/metrics")).await;
        if answer.text().contains("span_name=\"counted\"") {
            return;
        }
    }
    panic!("the span was not counted:\n{}", collector.log());
}
