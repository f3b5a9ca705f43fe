//! The OpenTelemetry Collector, over every transport and with authentication.

use serde_json::{Value, json};
use spanmesh_harness::{Collector, OtelCollector, OtelcolConfig, Request};

use crate::support::{INBOUND, SOON, Sidecar, sampled_parent};

#[tokio::test]
async fn smoke_grpc() {
    let sink = Collector::start().await;
    let config = OtelcolConfig::forwarding_to(&sink).bearer_token("s3cret50%");
    let _otelcol = OtelCollector::start(&config.json()).await;
    let exporter = json!({"otlp_grpc": {"cluster": "otel-collector", "headers": {"authorization": "Bearer s3cret50%"}}});
    let port = config.otlp_grpc_port();
    let sidecar = Sidecar::start_with(json!({"exporter": exporter}), |envoy| {
        envoy.map_cluster_port("otel-collector", port).http2_cluster("otel-collector")
    })
    .await;
    sidecar.send(INBOUND, Request::get("/").header("traceparent", sampled_parent())).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    println!("{}", sidecar.envoy.log());
    println!("{}", _otelcol.log());
    let spans = sink.wait_for_spans(1, SOON).await;
    println!("{:?}", spans[0]);
    let account = sidecar.settled(1).await;
    account.check();
    println!("{:?}", sidecar.envoy.log());
}
