//! What spans hold beside the conventions, and what they must not hold, through the real proxy.

mod baggage;
mod headers;
mod limits;
mod redaction;
mod routes;
mod sources;

use serde_json::Value;
use spanmesh_harness::{EnvoyConfig, ReceivedSpan, Request};

use crate::support::Sidecar;

/// Sets environment variables of the VM, for both listeners.
pub fn with_variables(mut config: EnvoyConfig, variables: &Value) -> EnvoyConfig {
    const VARIABLES: &str = "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/vm_config/environment_variables/key_values";
    for listener in ["inbound", "outbound"] {
        config = config.set_in_listener(listener, VARIABLES, variables.clone());
    }
    config
}

/// A sidecar whose clusters speak HTTP/2, as gRPC needs.
async fn grpc_sidecar(more: Value) -> Sidecar {
    Sidecar::start_with(more, |config| {
        config.http2_cluster("application").http2_cluster("upstream")
    })
    .await
}

fn get(target: &str) -> Request {
    Request::get(target).host("shop.example")
}

/// No attribute stands twice.
#[track_caller]
fn keys_are_unique(span: &ReceivedSpan) {
    let mut keys = span.attr_keys();
    keys.sort_unstable();
    let count = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), count, "{:?}", span.attr_keys());
}
