//! Exporters that are not ours: what they send is understood, what they are told they understand.

use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};
use spanmesh_harness::collector::ZipkinKind;
use spanmesh_harness::{
    Answer, Client, Cluster, Collector, Envoy, GrpcStatus, OtelCollector, Protocol, Request,
    SECONDS, Upstream, free_port,
};

use crate::{native, otlp};

/// An OpenTelemetry Collector from a port to this exporter.
async fn forwarder(kind: &str, exporter: Value) -> (OtelCollector, u16) {
    let port = free_port();
    let endpoint = format!("127.0.0.1:{port}");
    let config = json!({
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": endpoint}}}},
        "exporters": {kind: exporter},
        "service": {"pipelines": {"traces": {"receivers": ["otlp"], "exporters": [kind]}}},
    });
    (OtelCollector::start(&config).await, port)
}

async fn export_to(port: u16, number: u8) {
    let spans = vec![otlp::span(number, "foreign", StatusCode::Error)];
    Client::connect(port).await.send(&otlp::export("cart", spans)).await;
}

#[tokio::test]
async fn the_opentelemetry_collector_speaks_grpc_with_it() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let endpoint = format!("127.0.0.1:{}", sink.port());
    let (collector, port) = forwarder(
        "otlp_grpc",
        json!({
            "endpoint": endpoint, "tls": {"insecure": true}, "compression": "gzip",
            "headers": {"x-tenant": "shop"},
            "retry_on_failure": {"initial_interval": "50ms"},
        }),
    )
    .await;
    let wait = SECONDS * 2;
    let status = GrpcStatus::new(8, "come back").retry_info(wait);
    let message = "told to the foreign exporter".to_owned();
    sink.script([Answer::Grpc(status), Answer::PartialSuccess { rejected: 1, message }]);
    export_to(port, 1).await;

    let requests = sink.wait_for_requests(2, 20 * SECONDS).await;
    let waited = requests[1].arrived - requests[0].arrived;
    // Without RetryInfo it would not come back at all.
    assert!((wait..5 * wait).contains(&waited), "{waited:?}");
    for request in &requests {
        assert_eq!(request.protocol, Some(Protocol::OtlpGrpc), "{request}");
        assert_eq!(request.encoding.as_deref(), Some("gzip"), "{request}");
        assert_eq!(request.header("x-tenant").as_deref(), Some("shop"));
    }
    let spans = sink.wait_for_spans(1, SECONDS).await;
    assert_eq!((spans[0].name(), &*spans[0].service()), ("foreign", "cart"));
    let log = collector.stop().await;
    assert!(log.contains("told to the foreign exporter"), "{log}");
}

#[tokio::test]
async fn the_opentelemetry_collector_speaks_json_with_it() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let endpoint = format!("http://127.0.0.1:{}", sink.port());
    let exporter = json!({"endpoint": endpoint, "encoding": "json", "compression": "gzip"});
    let (collector, port) = forwarder("otlp_http", exporter).await;
    let message = "told to the foreign exporter".to_owned();
    sink.script([Answer::PartialSuccess { rejected: 1, message }]);
    export_to(port, 1).await;

    let spans = sink.wait_for_spans(1, 10 * SECONDS).await;
    assert_eq!((spans[0].name(), spans[0].status()), ("foreign", StatusCode::Error));
    let request = &sink.requests()[0];
    assert_eq!(
        (request.protocol, request.encoding.as_deref()),
        (Some(Protocol::OtlpJson), Some("gzip"))
    );
    let log = collector.stop().await;
    assert!(log.contains("told to the foreign exporter"), "{log}");
}

const PROVIDER: &str = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config\
                        /tracing/provider/typed_config";

/// A request through an Envoy whose own tracer is configured so.
async fn traced(tracer: Value, sink: &Collector, adjust: impl Fn(Cluster) -> Cluster) -> Envoy {
    let application = Upstream::start().await;
    let config = native::config().map_port(8080, application.port()).set(PROVIDER, tracer);
    let config = config.add_cluster(&adjust(Cluster::new("sink", sink.port())));
    let envoy = Envoy::builder(config).start().await;
    let mut client = Client::connect(envoy.port(15006)).await;
    assert_eq!(client.send(&Request::get("/cart").host("shop.example")).await.status, 200);
    envoy
}

#[tokio::test]
async fn envoys_tracer_exports_over_grpc() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let tracer = json!({
        "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
        "service_name": "native",
        "grpc_service": {"envoy_grpc": {"cluster_name": "sink"}, "timeout": "2s"},
    });
    let envoy = traced(tracer, &sink, Cluster::http2).await;
    let spans = sink.wait_for_spans(1, 10 * SECONDS).await;
    assert_eq!(spans[0].service(), "native");
    assert_eq!(sink.requests()[0].protocol, Some(Protocol::OtlpGrpc));
    envoy.wait_for_stat("cluster.sink.upstream_rq_200", |count| count == 1, 5 * SECONDS).await;
}

#[tokio::test]
async fn envoys_tracer_exports_to_zipkin() {
    let sink = Collector::start_unchecked("spans of the test's own").await;
    let tracer = json!({
        "@type": "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig",
        "collector_cluster": "sink",
        "collector_endpoint": "/api/v2/spans",
        "collector_endpoint_version": "HTTP_JSON",
        "trace_id_128bit": true,
    });
    let envoy = traced(tracer, &sink, |cluster| cluster).await;
    let spans = sink.wait_for_zipkin_spans(1, 10 * SECONDS).await;
    assert_eq!((spans[0].trace_id.len(), spans[0].kind), (32, Some(ZipkinKind::Server)));
    assert_eq!(spans[0].tags["http.status_code"], "200");
    envoy.wait_for_stat("cluster.sink.upstream_rq_202", |count| count == 1, 5 * SECONDS).await;
}
