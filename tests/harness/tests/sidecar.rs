//! The repository's own configuration, mapped.

use spanmesh_harness::{Client, Envoy, EnvoyConfig, Request, Upstream};

fn config() -> EnvoyConfig {
    EnvoyConfig::from_file("envoy-config/sidecar.yaml")
}

#[test]
fn plugin_configurations_are_replaced_together_or_alone() {
    let at = |config: &EnvoyConfig, listener: usize| {
        let pointer = format!(
            "/static_resources/listeners/{listener}/filter_chains/0/filters/0\
             /typed_config/http_filters/0/typed_config/config/configuration/value"
        );
        config.value().pointer(&pointer).unwrap().as_str().unwrap().to_owned()
    };
    let config = config();
    assert!(at(&config, 0).contains("otel-collector"));
    let config = config.plugin_configuration("{}");
    assert_eq!([at(&config, 0), at(&config, 1)], ["{}", "{}"]);
    let config = config.plugin_configuration_of("outbound", "not JSON");
    assert_eq!([&*at(&config, 0), &*at(&config, 1)], ["{}", "not JSON"]);
}

#[tokio::test]
async fn the_sidecar_runs_on_mapped_ports() {
    let (application, upstream) = (Upstream::start().await, Upstream::start().await);
    let config =
        config().without_wasm().map_port(8080, application.port()).map_port(9090, upstream.port());
    let envoy = Envoy::builder(config).start().await;
    assert_ne!(envoy.port(15006), 15006);
    assert_ne!(envoy.port(15006), envoy.port(15001));
    assert_eq!(envoy.port(8080), application.port());

    for (port, path) in [(15006, "/in"), (15001, "/out")] {
        let mut client = Client::connect(envoy.port(port)).await;
        assert_eq!(client.send(&Request::get(path)).await.status, 200);
    }
    assert_eq!(application.wait_for_requests(1).await[0].path, "/in");
    assert_eq!(upstream.wait_for_requests(1).await[0].path, "/out");
    let (_, listeners) = envoy.admin("GET", "/listeners").await;
    assert!(!listeners.contains(":15006"), "{listeners}");
}

#[tokio::test]
#[should_panic(expected = "no port 12345")]
async fn an_unknown_port_is_an_error() {
    let envoy = Envoy::builder(config().without_wasm()).start().await;
    envoy.port(12345);
}
