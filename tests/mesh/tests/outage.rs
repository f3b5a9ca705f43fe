//! The collector goes away and comes back.

use serde_json::json;
use spanmesh_harness::SECONDS;

use crate::live::{assert_all_answered, assert_nothing_lost};
use crate::support::Shop;

#[tokio::test]
async fn spans_wait_for_a_collector_that_is_away() {
    let shop = Shop::start("outage").await;
    shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
    shop.wait_until_traced().await;

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
