//! What the edits of a configuration do.

use serde_json::json;

use super::*;

const TEXT: &str = r#"
admin: {address: {socket_address: {address: 0.0.0.0, port_value: 9901}}}
static_resources:
  listeners:
    - name: a
      address: {socket_address: {address: 0.0.0.0, port_value: 15006}}
      http_filters:
        - &wasm
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
            config: {vm_config: {code: {local: {filename: /etc/envoy/spanmesh.wasm}}}}
    - {name: b, http_filters: [*wasm]}
  clusters:
    - {name: one, endpoint: {socket_address: {address: one.example, port_value: 8080}}}
    - {name: two, endpoint: {socket_address: {address: two.example, port_value: 8080}}}
"#;

fn config() -> EnvoyConfig {
    EnvoyConfig::from_text(TEXT).module("/built.wasm").map_port(8080, 81)
}

fn resolved(mut config: EnvoyConfig) -> (Value, BTreeMap<u16, u16>) {
    config.choose_ports();
    (config.resolved(), config.ports().clone())
}

#[test]
fn ports_are_mapped_and_addresses_are_local() {
    let (value, ports) = resolved(config().map_cluster_port("two", 82));
    let address = |port: u16| json!({"address": "127.0.0.1", "port_value": port});
    assert_eq!(value["admin"]["address"]["socket_address"], address(ports[&9901]));
    let resources = &value["static_resources"];
    assert_eq!(resources["listeners"][0]["address"]["socket_address"], address(ports[&15006]));
    assert_eq!(resources["clusters"][0]["endpoint"]["socket_address"], address(81));
    assert_eq!(resources["clusters"][1]["endpoint"]["socket_address"], address(82));
    assert_eq!(Vec::from_iter(ports.keys().copied()), [8080, 9901, 15006]);
    assert!(ports[&9901] != 9901 && ports[&9901] != ports[&15006]);
}

#[test]
fn every_filter_gets_the_module() {
    let text = resolved(config()).0.to_string();
    assert_eq!(text.matches("/built.wasm").count(), 2, "{text}");
    assert!(!text.contains("/etc/envoy"), "{text}");
}

#[test]
fn filters_can_be_taken_out() {
    let (value, _) = resolved(config().without_wasm());
    assert_eq!(value["static_resources"]["listeners"][0]["http_filters"], json!([]));
}

#[test]
fn fields_can_be_set_by_name() {
    let config = config()
        .set_in_cluster("two", "/connect_timeout", "1s")
        .set_in_listener("b", "/traffic_direction", "INBOUND")
        .http2_cluster("one");
    let resources = &config.value()["static_resources"];
    assert_eq!(resources["clusters"][1]["connect_timeout"], "1s");
    assert_eq!(resources["listeners"][1]["traffic_direction"], "INBOUND");
    assert!(resources["clusters"][0].to_string().contains("http2_protocol_options"));
}

#[test]
fn clusters_can_be_added_at_real_ports() {
    let plain = Cluster::new("backup", 83);
    let (value, ports) = resolved(config().add_cluster(&plain).add_cluster(&plain.clone().http2()));
    let clusters = &value["static_resources"]["clusters"];
    for added in [&clusters[2], &clusters[3]] {
        let address = "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address";
        let address = added.pointer(address).unwrap();
        assert_eq!(address, &json!({"address": "127.0.0.1", "port_value": 83}));
    }
    assert_eq!((ports[&83], ports[&8080]), (83, 81));
    assert!(!clusters[2].to_string().contains("http2_protocol_options"));
    assert!(clusters[3].to_string().contains("http2_protocol_options"));
}

#[test]
#[should_panic(expected = "no such clusters")]
fn a_cluster_that_is_not_there_cannot_be_mapped() {
    resolved(config().map_cluster_port("three", 83));
}

#[test]
fn a_port_chosen_early_stays() {
    let mut config = config();
    let port = config.port(15006);
    assert_eq!(resolved(config).1[&15006], port);
}

#[test]
fn one_field_of_every_plugin_configuration_is_set() {
    let given = r#"{"exporter": {"otlp_http": {"cluster": "a"}}, "batch": {}}"#;
    let config = config().plugin_configuration(given);
    let config = config.set_in_plugin("/exporter", json!({"zipkin": {"cluster": "b"}}));
    let expected = json!({"exporter": {"zipkin": {"cluster": "b"}}, "batch": {}});
    for listener in ["/static_resources/listeners/0", "/static_resources/listeners/1"] {
        let pointer = "/http_filters/0/typed_config/config/configuration/value";
        let text = config.value().pointer(&format!("{listener}{pointer}")).unwrap();
        let set: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
        assert_eq!(set, expected, "{listener}");
    }
}
