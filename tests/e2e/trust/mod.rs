//! The boundary of the mesh: who is believed there, and what strangers learn.

mod answers;
mod baggage;
mod contexts;
mod exceptions;
mod gateways;
mod ids;
mod leaks;
mod outbound;
mod randomness;
mod strangers;

use serde_json::{Value, json};
use spanmesh_harness::EnvoyConfig;

use crate::support::{Sidecar, plugin};

/// Every format that can be configured.
pub const ALL_FORMATS: [&str; 8] =
    ["tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray", "datadog", "ottrace"];

/// A header of strangers and others who want to be traced.
pub const FORCE: &str = "x-trace-force";

/// How the names of fields begin that carry context, baggage or a wish in any format.
const CARRIED: [&str; 14] = [
    "traceparent",
    "tracestate",
    "baggage",
    "b3",
    "x-b3-",
    "uber-trace-id",
    "uberctx-",
    "jaeger-debug-id",
    "x-amzn-trace-id",
    "x-datadog-",
    "ot-tracer-",
    "ot-baggage-",
    "x-spanmesh-",
    FORCE,
];

/// Whether a field of this name (lower case) carries context, baggage or a wish.
pub fn carries(name: &str) -> bool {
    CARRIED.iter().any(|carried| name.starts_with(carried))
}

/// Where a listener's connection manager is.
pub const MANAGER: &str = "/filter_chains/0/filters/0/typed_config";

/// Starts one Envoy with an inbound listener at each of these documented ports, which differ in
/// options of their plugin configuration.
pub async fn inbound_at(
    listeners: &[(u16, Value)],
    adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig,
) -> Sidecar {
    Sidecar::start_with(json!({}), |config| {
        let config = listeners.iter().fold(config, |config, (port, more)| {
            add_listener(config, "inbound", *port, &plugin(more.clone()))
        });
        adjust(config)
    })
    .await
}

/// Adds a listener that is as `model` but for its plugin configuration. Its name is its port.
pub fn add_listener(
    mut config: EnvoyConfig,
    model: &str,
    port: u16,
    plugin: &Value,
) -> EnvoyConfig {
    let mut listener = config.listener(model).clone();
    let name = port.to_string();
    listener["name"] = json!(name);
    listener["address"]["socket_address"]["port_value"] = json!(port);
    config
        .set("/static_resources/listeners/-", listener)
        .plugin_configuration_of(&name, &plugin.to_string())
}

/// A sampler that decides new traces by this ratio and believes callers.
pub fn root_ratio(ratio: f64) -> Value {
    json!({"parent_based": {"root": {"probability": {"ratio": ratio}}}})
}
