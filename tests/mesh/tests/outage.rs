//! The collector goes away and comes back.

use serde_json::json;
use spanmesh_harness::SECONDS;

use crate::live::{assert_all_answered, assert_nothing_lost};
use crate::support::Shop;

#[tokio::test]
async fn spans_wait_for_a_collector_that_is_away() {
    let shop = Shop::start_traced("outage").await;

    shop.collector.stop().await;
    let report = shop.load().count(100).run().await;
    assert_all_answered(&report);
    let cluster = shop.cluster();
    for pod in shop.proxies() {
        let line = pod.wait_for_log("spanmesh: ", 20 * SECONDS).await;
        assert!(line.contains(&cluster), "it names the cluster: {line}");
    }
    shop.collector.restart().await;
    assert!(assert_nothing_lost(&shop).await >= 400);
}

/// A Sidecar without the collector in its scope (istio/istio#53701): the log says what is wrong, and
/// spans arrive once it is in.
#[tokio::test]
async fn a_scope_without_the_collector_is_told_in_the_log() {
    let shop = Shop::start("scope").await;
    let scope = |hosts: &[&str]| {
        let patch = json!([{"op": "replace", "path": "/spec/egress/0/hosts", "value": hosts}]);
        patch.to_string()
    };
    let patch = async |patch: String| {
        let arguments = ["-n", "scope", "patch", "sidecar/payment", "--type", "json", "-p", &patch];
        shop.kubectl().must(&arguments).await;
    };
    patch(scope(&["scope/nothing.scope.svc.cluster.local"])).await;
    shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
    shop.wait_until_counted(&shop.payment).await;
    assert_all_answered(&shop.load().count(20).run().await);
    let told = shop.payment.wait_for_log("Envoy knows no such cluster", 20 * SECONDS).await;
    assert!(told.contains(&shop.cluster()), "{told}");

    patch(scope(&["scope/*"])).await;
    shop.wait_until_traced().await;
    assert_nothing_lost(&shop).await;
}
