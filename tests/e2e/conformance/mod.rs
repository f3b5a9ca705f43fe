//! What Envoy really sent, read by code that shares nothing with the filter.
//!
//! Every other test has the checks of the collector ([`spanmesh_harness::conformance`]).

use serde_json::{Value, json};
use spanmesh_foreign::otlp::{Encoding, decoded_by_python, decoded_by_rust};
use spanmesh_harness::conformance::{otlp_json_faults, zipkin_json_faults};
use spanmesh_harness::{Collector, Documented, Export, ExportRequest, Protocol};
use tokio::task::JoinSet;

use crate::backends::traffic::{COUNT, Traffic, sidecar};

/// The forms of OTLP, each with the exporter that sends it.
fn forms_of_otlp() -> [(Protocol, Value); 5] {
    let http = |more: Value| {
        let mut options = json!({"cluster": "otel-collector", "compression_threshold": 0});
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"otlp_http": options})
    };
    [
        (Protocol::OtlpProtobuf, http(json!({}))),
        (Protocol::OtlpProtobuf, http(json!({"compression": "gzip"}))),
        (Protocol::OtlpJson, http(json!({"encoding": "json"}))),
        (Protocol::OtlpJson, http(json!({"encoding": "json", "compression": "gzip"}))),
        (Protocol::OtlpGrpc, json!({"otlp_grpc": {"cluster": "otel-collector"}})),
    ]
}

/// The requests in which the traffic's spans came.
async fn sent(protocol: Protocol, exporter: Value) -> Vec<ExportRequest> {
    let is_grpc = protocol == Protocol::OtlpGrpc;
    let sidecar = sidecar(exporter, |config| match is_grpc {
        true => config.http2_cluster("otel-collector"),
        false => config,
    });
    let sidecar = sidecar.await;
    Traffic::send(&sidecar).await;
    let requests = of(&sidecar.collector, protocol);
    let spans: usize = requests.iter().map(ExportRequest::span_count).sum();
    assert_eq!(spans, COUNT, "{protocol:?}: all spans of the traffic");
    requests
}

fn of(collector: &Collector, protocol: Protocol) -> Vec<ExportRequest> {
    let requests = collector.requests();
    assert!(requests.iter().all(|request| request.protocol == Some(protocol)), "{requests:#?}");
    requests
}

#[tokio::test]
async fn foreign_decoders_agree_on_the_very_bytes_that_envoy_sent() {
    let mut senders = JoinSet::new();
    for (protocol, exporter) in forms_of_otlp() {
        senders.spawn(async move { (protocol, sent(protocol, exporter).await) });
    }
    let mut forms = 0;
    while let Some(sent) = senders.join_next().await {
        let (protocol, requests) = sent.expect("the sender does not panic");
        forms += 1;
        for request in requests {
            let encoding = match protocol {
                Protocol::OtlpJson => Encoding::Json,
                _ => Encoding::Protobuf,
            };
            let python = decoded_by_python(encoding, &request.message);
            let rust = decoded_by_rust(encoding, &request.message);
            assert_eq!(python.fields, rust.fields, "{protocol:?}");
            assert_eq!(python.encoded, rust.encoded, "{protocol:?}");
            if encoding == Encoding::Protobuf {
                assert_eq!(python.encoded, request.message, "nothing is unknown or written twice");
            }
            assert!(matches!(request.export, Ok(Export::Otlp(_))));
        }
    }
    Documented::assert(
        "OTLP in Python and Rust",
        "opentelemetry-proto 1.45.2 (Python), 0.33.1 (Rust)",
        forms,
    );
}

/// The collector checks both schemas in every test; here it is told that something was checked.
#[tokio::test]
async fn what_envoy_sends_in_json_keeps_to_the_published_forms() {
    let (_, otlp) = forms_of_otlp().into_iter().nth(2).unwrap();
    let zipkin = json!({"zipkin": {"cluster": "otel-collector"}});
    let (otlp, zipkin) =
        tokio::join!(sent(Protocol::OtlpJson, otlp), sent(Protocol::ZipkinJson, zipkin));
    for request in &otlp {
        assert_eq!(otlp_json_faults(&request.message), Vec::<String>::new());
        assert!(!zipkin_json_faults(&request.message).is_empty(), "no list");
    }
    for request in &zipkin {
        assert_eq!(zipkin_json_faults(&request.message), Vec::<String>::new());
    }
    assert!(!otlp.is_empty() && !zipkin.is_empty());
}
