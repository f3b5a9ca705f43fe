//! Clusters that are not there, or speak something else.

use crate::finding::Finding;
use crate::mesh::Mesh;
use crate::node::Node;
use crate::plugin::{Kind, Plugin};

/// Traps of every cluster that a configuration names.
pub fn traps(plugin: &Plugin<'_>, mesh: &Mesh) -> Vec<Finding> {
    let Ok(root) = &plugin.configuration.node else { return Vec::new() };
    let mut found = Vec::new();
    root.walk("", &mut |path, node| {
        let option = path.rsplit('.').next().unwrap_or_default();
        let is_of_samplers = path.starts_with("sampler") && path.contains("jaeger_remote.cluster");
        let is_of_exporter = path.starts_with("exporter.") && path.matches('.').count() == 2;
        let is_cluster =
            is_of_samplers || (is_of_exporter && matches!(option, "cluster" | "failover_cluster"));
        // What a variable stands for is not known here.
        let name = node.text().filter(|text| is_cluster && !text.contains('$'));
        found.extend(name.and_then(|name| trap(plugin, mesh, path, node, name)));
    });
    found
}

fn trap(plugin: &Plugin<'_>, mesh: &Mesh, path: &str, node: &Node, name: &str) -> Option<Finding> {
    let finding = |reason: String| Finding::problem(plugin.file, node.line, path, reason);
    let is_of_istio = plugin.is_istio() || name.contains('|');
    if is_of_istio && !mesh.added_clusters.iter().any(|added| added == name) {
        if let Some(reason) = not_of_istio(name) {
            let mend = "write outbound|PORT||HOST, where HOST is the full name of a Service \
                 (NAME.NAMESPACE.svc.cluster.local) or a host of a ServiceEntry";
            return Some(finding(reason).trap("cluster-name", mend));
        }
        return unusual_port(path, name)
            .map(|(reason, mend)| finding(reason).trap("exporter-port", mend));
    }
    let clusters = static_clusters(plugin)?;
    let reason =
        format!("there is no cluster \"{name}\" in this file, and no control plane brings one");
    (!clusters.contains(&name))
        .then(|| finding(reason).trap("unknown-cluster", "add it to static_resources.clusters"))
}

/// Why a name is none that Istio gives to a cluster.
fn not_of_istio(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('|').collect();
    let [direction, port, subset, host] = parts.as_slice() else {
        return Some(format!("\"{name}\" does not look like a cluster of Istio"));
    };
    let number = port.parse::<u16>().unwrap_or_default();
    if *direction != "outbound" {
        Some(format!("\"{direction}\" is no direction of a cluster that can be called"))
    } else if number == 0 {
        Some(format!("\"{port}\" is no port: it stands between the first two bars"))
    } else if host.is_empty() && subset.contains('.') {
        Some("the host stands where the subset belongs: it comes after the third bar".to_owned())
    } else if host.is_empty() {
        Some("there is no host after the third bar".to_owned())
    } else if !host.contains('.') || host.ends_with(".svc") {
        Some(format!("\"{host}\" is no full name of a host"))
    } else {
        None
    }
}

/// OpenTelemetry's and Zipkin's ports, where the other's is meant.
fn unusual_port(path: &str, name: &str) -> Option<(String, String)> {
    let port = name.split('|').nth(1)?;
    let exporter = path.split('.').nth(1).filter(|_| path.starts_with("exporter."))?;
    let usual = match exporter {
        "otlp_http" => "4318",
        "otlp_grpc" => "4317",
        _ => "9411",
    };
    let owner = match port {
        "4317" => "OTLP/gRPC",
        "4318" => "OTLP/HTTP",
        "9411" => "Zipkin",
        _ => return None,
    };
    let reason = format!("port {port} is usually that of {owner}, not of {exporter}");
    (port != usual).then(|| (reason, format!("use port {usual}, or the exporter for {owner}")))
}

/// The clusters of a bootstrap to which no others come.
fn static_clusters<'a>(plugin: &'a Plugin<'_>) -> Option<Vec<&'a str>> {
    let document = plugin.document;
    let clusters = document.at(&["static_resources", "clusters"])?;
    let dynamic =
        document.get("dynamic_resources").is_some_and(|it| it.get("cds_config").is_some());
    let is_all = plugin.kind == Kind::Envoy && !dynamic;
    is_all.then(|| clusters.items().iter().filter_map(|it| it.text_at(&["name"])).collect())
}
