//! What spans are attributed to.

use serde_json::json;
use spanmesh_harness::Request;

use crate::support::{INBOUND, Sidecar};

#[tokio::test]
async fn plain_envoy_tells_its_cluster_and_the_filter_itself() {
    let sidecar = Sidecar::start(json!({})).await;
    let (_, span) = sidecar.span_of(INBOUND, Request::get("/").host("a.example")).await;
    assert_eq!(span.service(), "checkout", "the node's cluster");
    let expected = [
        ("service.instance.id", "sidecar-1"),
        ("telemetry.sdk.name", "spanmesh"),
        ("telemetry.sdk.language", "rust"),
        ("telemetry.distro.name", "spanmesh"),
    ];
    for (key, value) in expected {
        assert_eq!(span.resource_attr(key).as_deref(), Some(value), "{key}");
    }
    let scope = span.scope.clone();
    assert_eq!(
        (scope.name.as_str(), scope.version.as_str()),
        ("spanmesh", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn istio_tells_more_and_configuration_wins() {
    let metadata = json!({
        "NAME": "cart-5d", "NAMESPACE": "shop", "CLUSTER_ID": "Kubernetes", "NODE_NAME": "worker-1",
        "OWNER": "kubernetes://apis/apps/v1/namespaces/shop/deployments/cart",
        "LABELS": {"service.istio.io/canonical-name": "cart", "service.istio.io/canonical-revision": "v2"},
    });
    let resource =
        json!({"attributes": {"deployment.environment.name": "test", "service.version": "mine"}});
    let sidecar = Sidecar::start_with(json!({"resource": resource}), |config| {
        config.set("/node/metadata", metadata)
    })
    .await;
    let (_, span) = sidecar.span_of(INBOUND, Request::get("/").host("a.example")).await;
    let expected = [
        ("service.name", "cart"),
        ("service.namespace", "shop"),
        ("service.version", "mine"),
        ("k8s.pod.name", "cart-5d"),
        ("k8s.namespace.name", "shop"),
        ("k8s.deployment.name", "cart"),
        ("k8s.cluster.name", "Kubernetes"),
        ("k8s.node.name", "worker-1"),
        ("host.name", "cart-5d"),
        ("deployment.environment.name", "test"),
    ];
    for (key, value) in expected {
        assert_eq!(span.resource_attr(key).as_deref(), Some(value), "{key}");
    }
}
