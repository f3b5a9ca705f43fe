//! Changes while requests are on their way: none fails, no span is lost.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Ledger, LoadReport, SECONDS};

use crate::support::{Account, SOON, Shop};

/// Waits until the gateway makes no span any more (`false`) or makes them again (`true`), and
/// says how long that took.
pub async fn wait_until_gateway_samples(shop: &Shop, wanted: bool) -> Duration {
    let begin = Instant::now();
    let mut looks = Looks::within(SOON);
    while looks.another().await {
        let before = Account::of(&[&shop.gateway]).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let after = Account::of(&[&shop.gateway]).await;
        let sampled_out = after.count("spans_sampled_out") - before.count("spans_sampled_out");
        let created = after.count("spans_created") - before.count("spans_created");
        if (wanted && sampled_out == 0 && created > 0)
            || (!wanted && created == 0 && sampled_out > 0)
        {
            return begin.elapsed();
        }
    }
    panic!("the gateway's sampling did not change:\n{}", shop.gateway.log());
}

pub fn assert_all_answered(report: &LoadReport) {
    assert_eq!(report.errors, 0, "{report:?}");
    assert_eq!(report.with_status(200), report.answered(), "{report:?}");
}

/// What the proxies count is what the collector has, span by span.
pub async fn assert_nothing_lost(shop: &Shop) -> u64 {
    let mut looks = Looks::within(SOON);
    let (mut account, mut arrived) = (Account::settled(&shop.proxies()).await, 0);
    while looks.another().await {
        // What a busy proxy has not reported yet may have arrived already.
        account = Account::settled(&shop.proxies()).await;
        arrived = Ledger::of([&shop.collector]).accepted.len() as u64;
        if arrived == account.count("spans_created") {
            break;
        }
    }
    assert_eq!(account.dropped(), 0, "{account:?}");
    assert_eq!(arrived, account.count("spans_created"), "{account:?}");
    account.count("spans_created")
}

fn sampler(sampler: &str) -> Value {
    json!({"spec": {"pluginConfig": {"sampler": sampler}}})
}

#[tokio::test]
async fn a_patch_of_the_sampler_is_in_force_within_seconds() {
    let shop = Shop::start("patch").await;
    shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
    shop.wait_until_traced().await;

    let load = tokio::spawn(shop.load().connections(2).duration(6 * SECONDS).run());
    wait_until_gateway_samples(&shop, true).await;
    shop.kubectl().patch("patch", "wasmplugin/spanmesh", &sampler("always_off")).await;
    let off = wait_until_gateway_samples(&shop, false).await;
    shop.kubectl().patch("patch", "wasmplugin/spanmesh", &sampler("always_on")).await;
    let on = wait_until_gateway_samples(&shop, true).await;
    assert!(off < 5 * SECONDS && on < 5 * SECONDS, "off after {off:?}, on after {on:?}");

    assert_all_answered(&load.await.expect("the load ends"));
    assert!(assert_nothing_lost(&shop).await > 0);
}

#[tokio::test]
async fn the_plugin_comes_and_goes_under_load() {
    let shop = Shop::start("comes").await;
    let load = tokio::spawn(shop.load().connections(2).duration(12 * SECONDS).run());
    shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
    shop.wait_until_traced().await;
    tokio::time::sleep(2 * SECONDS).await;
    shop.kubectl().must(&["-n", "comes", "delete", "wasmplugin", "spanmesh"]).await;
    let report = load.await.expect("the load ends");
    assert_all_answered(&report);
}
