//! Every transport carries the same.

use spanmesh_harness::{Collector, Envoy, OtelCollector, OtelcolConfig};

use super::super::compare::assert_same;
use super::super::otlp_form;
use super::super::traffic::{COUNT, Traffic, reference};
use super::super::zipkin_form::written;
use super::zipkin_receiver::received;
use super::{GRPC, HTTP, SECRET, Transport, VARIABLE, ZIPKIN};
use crate::support::SOON;

const JSON: (&str, &str) = ("encoding", "json");
const GZIP: (&str, &str) = ("compression", "gzip");

/// Each transport, plain and then compressed, if it can be.
const TRANSPORTS: [&[Transport]; 4] = [
    &[HTTP, Transport { options: &[GZIP], ..HTTP }],
    &[Transport { options: &[JSON], ..HTTP }, Transport { options: &[JSON, GZIP], ..HTTP }],
    &[GRPC],
    &[ZIPKIN, Transport { options: &[GZIP], ..ZIPKIN }],
];

#[tokio::test]
async fn every_transport_carries_the_same() {
    let sink = Collector::start_unchecked("the Collector wrote them").await;
    let config = OtelcolConfig::forwarding_to(&sink).bearer_token(SECRET);
    let _collector = OtelCollector::start(&config.json()).await;
    let reference = reference().await;
    let authorization = format!("Bearer ${{env:{VARIABLE}}}");
    let mut plain_sizes = Vec::new();
    for transports in TRANSPORTS {
        let mut sizes = Vec::new();
        for transport in transports {
            sink.clear();
            let sidecar = transport.sidecar(&config, &authorization).await;
            let traffic = Traffic::send(&sidecar).await;
            let spans = sink.wait_for_spans(COUNT, SOON).await;
            let expected = match transport.exporter {
                "zipkin" => received(&written(reference)),
                _ => reference.clone(),
            };
            let what = format!("{transport:?}");
            assert_same(&otlp_form::spans(&spans, &traffic), &expected, &what);
            sizes.push(bytes_sent(&sidecar.envoy, transport).await);
            assert!(!sidecar.envoy.stop().await.contains(SECRET), "{what}: the token was logged");
        }
        let is_smaller = |pair: &[u64]| pair[1] < pair[0] * 2 / 3;
        assert!(sizes.windows(2).all(is_smaller), "{transports:?}: gzip is used: {sizes:?}");
        plain_sizes.push(sizes[0]);
    }
    let [protobuf, json, grpc, zipkin] = plain_sizes[..] else { panic!("{plain_sizes:?}") };
    assert!(protobuf.max(grpc) < json.min(zipkin), "text is longer: {plain_sizes:?}");
}

/// Bytes that went to the collector, over the right version of HTTP.
async fn bytes_sent(envoy: &Envoy, transport: &Transport) -> u64 {
    let version = if transport.exporter == "otlp_grpc" { 2 } else { 1 };
    let of_cluster = |name: &str| format!("cluster.otel-collector.upstream_cx_{name}_total");
    assert!(envoy.stat(&of_cluster(&format!("http{version}"))).await > 0, "{transport:?}");
    envoy.stat(&of_cluster("tx_bytes")).await
}
