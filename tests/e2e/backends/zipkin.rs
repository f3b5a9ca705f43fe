//! The real Zipkin: what it is sent is read back through its query API.

use serde_json::{Value, json};
use spanmesh_harness::{EnvoyConfig, Zipkin};

use super::compare::{Spans, assert_same};
use super::traffic::{SHORT_TRACE, Traffic, reference, sidecar};
use super::zipkin_form;
use crate::support::SOON;

#[tokio::test]
async fn every_span_is_read_back_as_it_was() {
    let zipkin = Zipkin::start().await;
    let expected = stored(zipkin_form::written(reference().await));
    // Those of earlier rounds are still there.
    let mut earlier: Vec<Value> = Vec::new();
    for (compression, what) in [("none", "plain"), ("gzip", "compressed")] {
        let exporter = json!({"zipkin": {
            "cluster": "otel-collector", "compression": compression, "compression_threshold": 0,
        }});
        let to_zipkin =
            |config: EnvoyConfig| config.map_cluster_port("otel-collector", zipkin.port());
        let sidecar = sidecar(exporter, to_zipkin).await;
        let traffic = Traffic::send(&sidecar).await;
        let mut found = Vec::new();
        for (trace, count) in &traffic.traces {
            let is_of_trace = |span: &&Value| trace.ends_with(span["traceId"].as_str().unwrap());
            let count = count + earlier.iter().filter(is_of_trace).count();
            found.extend(zipkin.wait_for_trace(trace, count, SOON).await);
        }
        found.retain(|span| !earlier.contains(span));
        assert_same(&zipkin_form::spans(&found, &traffic), &expected, what);
        earlier.extend(found);
    }
    assert_eq!(zipkin.services().await, ["shop-ü"]);
}

/// What becomes of spans in Zipkin:
///
/// - Ids of 64 bits lose the zeros in front.
/// - Names are in lower case also beyond ASCII.
fn stored(mut written: Spans) -> Spans {
    for span in written.values_mut() {
        if span["trace"] == SHORT_TRACE {
            span["trace"] = json!(SHORT_TRACE[16..]);
        }
        for endpoint in ["localEndpoint", "remoteEndpoint"] {
            if let Some(Value::String(name)) = span.pointer_mut(&format!("/{endpoint}/serviceName"))
            {
                *name = name.to_lowercase();
            }
        }
    }
    written
}
