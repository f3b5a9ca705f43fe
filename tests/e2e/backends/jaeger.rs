//! The real Jaeger: what it is sent is read back through its query API.

use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Client, EnvoyConfig, Jaeger, Request};

use super::compare::{Told, assert_same, comparable};
use super::jaeger_form::{stored, told};
use super::traffic::{Traffic, reference, sidecar};
use crate::support::SOON;

#[tokio::test]
async fn spans_over_http_are_read_back_as_they_were() {
    let jaeger = Jaeger::start(&json!({})).await;
    let port = jaeger.otlp_http_port();
    check(&jaeger, "otlp_http", |config| config.map_cluster_port("otel-collector", port)).await;
}

#[tokio::test]
async fn spans_over_grpc_are_read_back_as_they_were() {
    let jaeger = Jaeger::start(&json!({})).await;
    let port = jaeger.otlp_grpc_port();
    check(&jaeger, "otlp_grpc", |config| {
        config.map_cluster_port("otel-collector", port).http2_cluster("otel-collector")
    })
    .await;
}

async fn check(jaeger: &Jaeger, exporter: &str, adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig) {
    let expected = stored(reference().await);
    let sidecar = sidecar(json!({exporter: {"cluster": "otel-collector"}}), adjust).await;
    let traffic = Traffic::send(&sidecar).await;
    let mut found = Vec::new();
    for (trace, count) in &traffic.traces {
        found.extend(spans_of(jaeger, trace, *count).await);
    }
    assert_same(&comparable(found, &traffic), &expected, exporter);
}

/// The spans of a trace by the query API, when they are so many.
async fn spans_of(jaeger: &Jaeger, trace: &str, count: usize) -> Vec<Told> {
    let mut client = Client::connect(jaeger.query_port()).await;
    let mut looks = Looks::within(SOON);
    let mut answer = Value::Null;
    while looks.another().await {
        let response = client.send(&Request::get(&format!("/api/traces/{trace}"))).await;
        answer = serde_json::from_slice(&response.body).unwrap();
        let spans = answer["data"][0]["spans"].as_array();
        if spans.is_some_and(|spans| spans.len() >= count) {
            let (data, processes) = (&answer["data"], &answer["data"][0]["processes"]);
            assert_eq!(data.as_array().map(Vec::len), Some(1), "one trace: {answer:#}");
            assert_eq!(data[0]["warnings"], Value::Null, "{answer:#}");
            return spans.into_iter().flatten().map(|span| told(span, processes)).collect();
        }
    }
    panic!("no {count} spans of {trace}: {answer:#}\n{}", jaeger.log())
}
