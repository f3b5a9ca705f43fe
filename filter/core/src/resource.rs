//! The resource: what the spans of a proxy are attributed to.

use crate::otlp::messages::{KeyValue, Resource};
use crate::semconv::names as n;

/// Reads one entry of Envoy's node by its property path below `xds.node`.
pub type NodeLookup<'a> = &'a dyn Fn(&[&str]) -> Option<String>;

/// Istio's label that names the service of a workload.
const CANONICAL_NAME: &str = "service.istio.io/canonical-name";
/// Istio's label that names the version of a workload.
const CANONICAL_REVISION: &str = "service.istio.io/canonical-revision";

/// Builds the resource: `configured` attributes, then what the node tells, then what describes
/// spanmesh itself. The first source of an attribute wins.
pub fn detect(configured: &[KeyValue], node: NodeLookup<'_>) -> Resource {
    let metadata = |key: &str| text(node(&["metadata", key]));
    let label = |key: &str| text(node(&["metadata", "LABELS", key]));
    let service = label(CANONICAL_NAME).or_else(|| text(node(&["cluster"])));
    let detected = [
        (n::SERVICE_NAME, Some(service.unwrap_or_else(|| "unknown_service:envoy".into()))),
        (n::SERVICE_NAMESPACE, metadata("NAMESPACE")),
        (n::SERVICE_VERSION, label(CANONICAL_REVISION)),
        (n::SERVICE_INSTANCE_ID, text(node(&["id"]))),
        (n::K8S_CLUSTER_NAME, metadata("CLUSTER_ID")),
        (n::K8S_NAMESPACE_NAME, metadata("NAMESPACE")),
        (n::K8S_DEPLOYMENT_NAME, metadata("OWNER").as_deref().and_then(deployment)),
        (n::K8S_POD_NAME, metadata("NAME")),
        (n::K8S_NODE_NAME, metadata("NODE_NAME")),
        // A pod's host name is its own name.
        (n::HOST_NAME, metadata("NAME")),
        (n::TELEMETRY_SDK_NAME, Some("spanmesh".into())),
        (n::TELEMETRY_SDK_LANGUAGE, Some("rust".into())),
        (n::TELEMETRY_SDK_VERSION, Some(crate::VERSION.into())),
        (n::TELEMETRY_DISTRO_NAME, Some("spanmesh".into())),
        (n::TELEMETRY_DISTRO_VERSION, Some(crate::VERSION.into())),
    ];
    let mut attributes = configured.to_vec();
    for (key, value) in detected {
        if let Some(value) = value.filter(|_| attributes.iter().all(|known| known.key != key)) {
            attributes.push(KeyValue::string(key, value));
        }
    }
    Resource { attributes }
}

fn text(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}

/// The deployment of Istio's owner, e.g. `kubernetes://apis/apps/v1/namespaces/shop/deployments/cart`.
fn deployment(owner: &str) -> Option<String> {
    let (kind, name) = owner.rsplit_once('/')?;
    kind.strip_suffix("/deployments")?;
    text(Some(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::messages::any_value::Value;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn detect_from(configured: &[KeyValue], node: &[(&str, &str)]) -> Vec<(String, String)> {
        let lookup = |path: &[&str]| {
            let path = path.join("|");
            node.iter().find(|(key, _)| *key == path).map(|(_, value)| (*value).to_owned())
        };
        let attributes = detect(configured, &lookup).attributes.into_iter();
        attributes
            .filter(|attribute| !attribute.key.starts_with("telemetry."))
            .map(|attribute| match attribute.value.and_then(|value| value.value) {
                Some(Value::String(value)) => (attribute.key, value),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn an_istio_workload_is_described_by_its_node_metadata() {
        let node = [
            ("id", "sidecar~10.0.0.7~cart-5d~shop"),
            ("cluster", "cart.shop"),
            ("metadata|LABELS|service.istio.io/canonical-name", "cart"),
            ("metadata|LABELS|service.istio.io/canonical-revision", "v2"),
            ("metadata|NAMESPACE", "shop"),
            ("metadata|NAME", "cart-5d"),
            ("metadata|CLUSTER_ID", "Kubernetes"),
            ("metadata|NODE_NAME", "worker-1"),
            ("metadata|OWNER", "kubernetes://apis/apps/v1/namespaces/shop/deployments/cart"),
        ];
        let expected = [
            ("service.name", "cart"),
            ("service.namespace", "shop"),
            ("service.version", "v2"),
            ("service.instance.id", "sidecar~10.0.0.7~cart-5d~shop"),
            ("k8s.cluster.name", "Kubernetes"),
            ("k8s.namespace.name", "shop"),
            ("k8s.deployment.name", "cart"),
            ("k8s.pod.name", "cart-5d"),
            ("k8s.node.name", "worker-1"),
            ("host.name", "cart-5d"),
        ];
        assert_eq!(detect_from(&[], &node), pairs(&expected));
    }

    #[test]
    fn configuration_wins_then_the_node_cluster_then_the_specified_default() {
        let configured = [KeyValue::string("service.name", "mine"), KeyValue::string("team", "a")];
        let both = pairs(&[("service.name", "mine"), ("team", "a")]);
        assert_eq!(detect_from(&configured, &[("cluster", "cart")]), both);
        assert_eq!(detect_from(&[], &[("cluster", "cart")]), pairs(&[("service.name", "cart")]));
        let unknown = pairs(&[("service.name", "unknown_service:envoy")]);
        assert_eq!(detect_from(&[], &[("cluster", "")]), unknown);
    }

    #[test]
    fn spanmesh_names_itself() {
        let keys: Vec<String> =
            detect(&[], &|_| None).attributes.into_iter().map(|attribute| attribute.key).collect();
        for name in ["telemetry.sdk.name", "telemetry.sdk.language", "telemetry.sdk.version"] {
            assert!(keys.iter().any(|key| key == name), "{name}");
        }
    }
}
