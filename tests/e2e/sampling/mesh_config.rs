//! The root's ratio: plugin configuration, environment, mesh, default, in this order.

use serde_json::{Value, json};
use spanmesh_harness::{EnvoyConfig, Load, SECONDS};

use super::statistics::binomial;
use crate::support::{INBOUND, Sidecar, final_account};

const REQUESTS: u64 = 2_000;

/// Node metadata as Istio's agent writes it from `defaultConfig` and the pod's annotation.
fn in_mesh(config: EnvoyConfig, sampling: f64) -> EnvoyConfig {
    config
        .set("/node/metadata/PROXY_CONFIG", json!({
            "configPath": "./etc/istio/proxy",
            "discoveryAddress": "istiod.istio-system.svc:15012",
            "tracing": {"sampling": sampling, "zipkin": {"address": "zipkin.istio-system:9411"}},
        }))
        .set("/node/metadata/NAMESPACE", "shop")
}

/// Environment variables of the VM, of both listeners.
fn with_variables(mut config: EnvoyConfig, variables: &Value) -> EnvoyConfig {
    const VARIABLES: &str = "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/vm_config/environment_variables/key_values";
    for listener in ["inbound", "outbound"] {
        config = config.set_in_listener(listener, VARIABLES, variables.clone());
    }
    config
}

async fn share(more: Value, adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig) -> u64 {
    let sidecar = Sidecar::start_with(more, adjust).await;
    let load = Load::on(sidecar.envoy.port(INBOUND)).connections(4).count(REQUESTS);
    assert_eq!(load.run().await.with_status(200), REQUESTS);
    let account = final_account(&sidecar.envoy).await;
    assert_eq!(account.of("spans_created") + account.of("spans_sampled_out"), REQUESTS);
    account.of("spans_created")
}

#[tokio::test]
async fn the_first_that_names_a_ratio_is_followed() {
    let configured =
        json!({"sampler": {"parent_based": {"root": {"probability": {"ratio": 0.5}}}}});
    let rules = json!({"sampler": {"rule_based": {"rules": [
        {"name": "health", "match": {"path": "/health"}, "sampler": "always_off"},
        {"name": "rest", "sampler": {"parent_based": {"root": "probability"}}},
    ]}}});
    let ratio = json!({"OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.75"});
    let none = json!({});
    let cases = [
        (configured, &ratio, Some(25.0), 0.5, "the plugin configuration"),
        (json!({}), &ratio, Some(25.0), 0.75, "the environment"),
        (json!({}), &none, Some(25.0), 0.25, "the mesh"),
        (json!({}), &none, None, 1.0, "the default"),
        (rules, &none, Some(10.0), 0.1, "a rule that leaves its ratio to the mesh"),
    ];
    for (more, variables, mesh, expected, why) in cases {
        let kept = share(more, |config| {
            let config = with_variables(config, variables);
            mesh.map_or(config.clone(), |sampling| in_mesh(config, sampling))
        })
        .await;
        assert!(binomial(REQUESTS, expected).contains(&(kept as f64)), "{why}: {kept}");
    }
}

#[tokio::test]
async fn the_sdk_can_be_disabled_and_nonsense_is_warned_of() {
    let disabled = json!({"OTEL_SDK_DISABLED": "true"});
    let sidecar = Sidecar::start_with(json!({}), |config| with_variables(config, &disabled)).await;
    let request = spanmesh_harness::Request::get("/").host("a.example");
    assert_eq!(sidecar.send(INBOUND, request).await.status, 200);
    assert_eq!(sidecar.application.requests()[0].header_values("traceparent"), [""; 0]);
    sidecar.envoy.wait_for_log("spanmesh: disabled by OTEL_SDK_DISABLED", SECONDS).await;

    let nonsense = json!({"OTEL_TRACES_SAMPLER": "always_maybe", "OTEL_SERVICE_NAME": "cart"});
    let sidecar = Sidecar::start_with(json!({}), |config| with_variables(config, &nonsense)).await;
    sidecar.envoy.wait_for_log("spanmesh: OTEL_TRACES_SAMPLER is ignored", SECONDS).await;
    let request = spanmesh_harness::Request::get("/").host("a.example");
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    assert_eq!(span.service(), "cart");
}
