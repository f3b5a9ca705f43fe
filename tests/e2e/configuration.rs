//! Plugin configurations as Envoy delivers them: taken, or refused with every problem.

use serde_json::json;
use spanmesh_harness::{DynamicEnvoy, Envoy, Request, SECONDS};

use crate::support::{INBOUND, Parts, Sidecar, plugin};

#[tokio::test]
async fn a_bad_configuration_is_refused_at_start_with_every_problem() {
    let (config, _parts) = Parts::start().await;
    let bad = json!({
        "exporter": {"otlp_http": {"cluster": "otel-collector", "timeout": "fast"}},
        "batch": {"max_queue_size": 0},
        "sampler": {"trace_id_ratio_based": {"ratio": 1.5}},
        "smapler": "always_on",
    });
    let config = config.plugin_configuration(&bad.to_string());
    let log = Envoy::builder(config).try_start().await.expect_err("Envoy does not start");
    for problem in [
        "spanmesh: configuration refused: smapler: is no known option",
        "spanmesh: configuration refused: exporter.otlp_http.timeout: must be a duration",
        "spanmesh: configuration refused: batch.max_queue_size: must be a whole number",
        "spanmesh: configuration refused: sampler.trace_id_ratio_based.ratio: must be between 0 and 1, found 1.5",
    ] {
        assert!(log.contains(problem), "{problem}\nis not in\n{log}");
    }
}

#[tokio::test]
async fn text_that_is_no_json_is_refused() {
    let (config, _parts) = Parts::start().await;
    let config = config.plugin_configuration("cluster: otel-collector");
    let log = Envoy::builder(config).try_start().await.expect_err("Envoy does not start");
    assert!(
        log.contains("spanmesh: configuration refused: (configuration): is not valid JSON"),
        "{log}"
    );
}

#[tokio::test]
async fn a_bad_update_is_refused_and_the_old_configuration_works_on() {
    let (config, parts) = Parts::start().await;
    let good = config.plugin_configuration(&plugin(json!({})).to_string());
    let mut envoy = DynamicEnvoy::start(good).await;
    let bad = envoy.config().plugin_configuration(&plugin(json!({"sampler": "maybe"})).to_string());
    let refusal = envoy.update_listeners(bad).await.expect_err("the update is refused");
    assert!(
        refusal.contains(
            r#"sampler: must be one of always_on, always_off, probability, found "maybe""#
        ),
        "{refusal}"
    );

    let mut client = spanmesh_harness::Client::connect(envoy.port(INBOUND)).await;
    assert_eq!(client.send(&Request::get("/").host("a.example")).await.status, 200);
    parts.collector.wait_for_spans(1, 10 * SECONDS).await;
}

/// Istio's `pluginConfig` and hand-written Envoy configurations may be a `Struct`.
#[tokio::test]
async fn a_struct_is_as_good_as_text() {
    let sidecar = Sidecar::start_with(json!({}), |mut config| {
        let filter = "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/configuration";
        *config.listener("inbound").pointer_mut(filter).unwrap() = json!({
            "@type": "type.googleapis.com/google.protobuf.Struct",
            "value": plugin(json!({"batch": {"schedule_delay": 50, "max_queue_size": 1000}})),
        });
        config
    })
    .await;
    sidecar.span_of(INBOUND, Request::get("/").host("a.example")).await;
}

/// Values of `${env:…}` come from the VM's environment and go to the collector, not to the log.
#[tokio::test]
async fn secrets_come_from_the_environment() {
    let exporter = json!({"otlp_http": {
        "cluster": "otel-collector",
        "headers": {"authorization": "Bearer ${env:OTLP_TOKEN}"},
    }});
    let sidecar = Sidecar::start_with(json!({"exporter": exporter}), |config| {
        let environment = json!({"key_values": {"OTLP_TOKEN": "s3cret"}});
        let vm = "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/vm_config/environment_variables";
        config
            .set_in_listener("inbound", vm, environment.clone())
            .set_in_listener("outbound", vm, environment)
    })
    .await;
    sidecar.span_of(INBOUND, Request::get("/").host("a.example")).await;
    let [request] = &sidecar.collector.requests()[..] else { panic!("one export") };
    assert_eq!(request.header("authorization").as_deref(), Some("Bearer s3cret"));
    assert!(!sidecar.envoy.log().contains("s3cret"));
}
