//! `envoy-config/sidecar.yaml` for each service, with routes to the sidecars of all.

use serde_json::json;
use spanmesh_harness::EnvoyConfig;

use crate::support::INBOUND;

/// One configuration for each name. Outbound requests go to the inbound listener of the service
/// that `host` names; the documented upstream, for any other host, leads nowhere.
pub fn configurations(names: &[&str]) -> Vec<EnvoyConfig> {
    let sidecar = || EnvoyConfig::from_file("envoy-config/sidecar.yaml");
    let mut configs: Vec<_> = names.iter().map(|_| sidecar()).collect();
    let inbound: Vec<_> = configs.iter_mut().map(|config| config.port(INBOUND)).collect();
    let wired = |config: EnvoyConfig| {
        names.iter().zip(&inbound).fold(config, |config, (name, port)| route(config, name, *port))
    };
    configs.into_iter().map(wired).collect()
}

/// Leads outbound requests for `host` to this real port.
fn route(config: EnvoyConfig, host: &str, port: u16) -> EnvoyConfig {
    const VIRTUAL_HOSTS: &str =
        "/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/-";
    let cluster = format!("sidecar-of-{host}");
    let address = json!({"socket_address": {"address": host, "port_value": INBOUND}});
    config
        .set(
            "/static_resources/clusters/-",
            json!({
                "name": &cluster,
                "type": "STATIC",
                "load_assignment": {
                    "cluster_name": &cluster,
                    "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
                },
            }),
        )
        .map_cluster_port(&cluster, port)
        .set_in_listener(
            "outbound",
            VIRTUAL_HOSTS,
            json!({
                "name": &cluster,
                "domains": [host],
                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": &cluster}}],
            }),
        )
}
