//! Where the share of new traces comes from in a mesh, and which place wins.

use serde_json::json;
use spanmesh_harness::SECONDS;
use spanmesh_mesh::Pod;

use crate::support::{Account, MESH_SAMPLING, Shop};

/// So many that the shares below are told apart: they are 10 standard deviations from each other.
const REQUESTS: u64 = 500;

/// One pod of the shop has the plugin, so that it begins every trace; checks its share. It takes
/// part in each checkout as often as `spans` says.
async fn assert_share(shop: &Shop, pod: &Pod, spans: u64, wanted: u64, why: &str) {
    let before = Account::settled(&[pod]).await;
    let report = shop.load().count(REQUESTS).run().await;
    assert_eq!(report.with_status(200), REQUESTS, "{report:?}");
    let after = Account::settled(&[pod]).await;
    let more = |name| after.count(name) - before.count(name);
    let created = more("spans_created");
    assert_eq!(created + more("spans_sampled_out"), REQUESTS * spans, "{why}");
    let share = created * 100 / (REQUESTS * spans);
    assert!(share.abs_diff(wanted) <= 8, "{share} % instead of {wanted} %: {why}");
}

/// Returns when the plugin of this pod counts all its requests, and no other pod has one.
async fn install_on(shop: &Shop, pod: &Pod, app: &str) {
    let selector = json!({"selector": {"matchLabels": {"app": app}}});
    shop.install_with("wasmplugin", json!({}), selector).await;
    for other in shop.proxies() {
        other.wait_until_plugged(std::ptr::eq(other, pod)).await;
    }
    shop.wait_until_counted(pod).await;
}

#[tokio::test]
async fn the_share_comes_from_the_plugin_the_environment_the_pod_or_the_mesh() {
    let shop = Shop::start_with("sampling", |app, pod| {
        let config = match app {
            "cart" => json!({"tracing": {"sampling": 60}}),
            "gateway" => json!({"proxyMetadata": {
                "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.4",
            }}),
            _ => json!({}),
        };
        pod.proxy_config(config).drains_soon()
    })
    .await;
    let written = |pod: &Pod| pod.proxy_config()["tracing"]["sampling"].as_f64();
    assert_eq!(written(&shop.payment), Some(MESH_SAMPLING.into()), "by the injector");
    assert_eq!(written(&shop.cart), Some(60.0), "by the injector, of the annotation");

    install_on(&shop, &shop.payment, "payment").await;
    assert_share(&shop, &shop.payment, 1, MESH_SAMPLING.into(), "meshConfig's tracing.sampling")
        .await;

    install_on(&shop, &shop.gateway, "gateway").await;
    assert_share(&shop, &shop.gateway, 1, 40, "OTEL_TRACES_SAMPLER_ARG wins over the mesh's").await;

    install_on(&shop, &shop.cart, "cart").await;
    assert_share(&shop, &shop.cart, 2, 60, "the pod's annotation wins over the mesh's").await;

    let root = json!({"parent_based": {"root": {"probability": {"ratio": 0.9}}}});
    let patch = json!({"spec": {"pluginConfig": {"sampler": root}}});
    shop.kubectl().patch("sampling", "wasmplugin/spanmesh", &patch).await;
    // The new sampler is in force when a request in a row of many is decided by it.
    tokio::time::sleep(3 * SECONDS).await;
    assert_share(&shop, &shop.cart, 2, 90, "pluginConfig wins over all").await;
}
