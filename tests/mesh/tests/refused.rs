//! What the API server or istiod's validation refuses, and what becomes of a bad `pluginConfig`,
//! which they do not look into.

use serde_json::{Value, json};
use spanmesh_harness::{Ledger, SECONDS};

use crate::live::assert_all_answered;
use crate::support::{Account, SOON, Shop, plane};

fn plugin(change: impl FnOnce(&mut Value)) -> String {
    let mut plugin = json!({
        "apiVersion": "extensions.istio.io/v1alpha1", "kind": "WasmPlugin",
        "metadata": {"name": "refused", "namespace": "default"},
        "spec": {"url": "oci://registry.example/spanmesh:v1", "failStrategy": "FAIL_OPEN"},
    });
    change(&mut plugin["spec"]);
    plugin.to_string()
}

#[tokio::test]
async fn wrong_manifests_are_refused() {
    let kubectl = plane().await.kubectl();
    let dry = |manifest: String| async move {
        kubectl.run_with(&["apply", "--dry-run=server", "-f", "-"], &manifest).await
    };
    let accepted = dry(plugin(|_| {})).await;
    assert!(accepted.is_ok(), "as it stands it is right: {accepted:?}");

    type Change = fn(&mut Value);
    let table: [(Change, &str); 6] = [
        (|spec| spec["phase"] = "FIRST".into(), "spec.phase: Unsupported value: \"FIRST\""),
        (|spec| spec["failStrategy"] = "OPEN".into(), "spec.failStrategy: Unsupported value"),
        (|spec| spec["url"] = "".into(), "spec.url"),
        (
            |spec| spec["url"] = "ftp://registry.example/spanmesh".into(),
            "url must have schema one of",
        ),
        (|spec| spec["sha256"] = "1234".into(), "sha256"),
        (
            |spec| {
                spec["selector"] = json!({"matchLabels": {"app": "cart"}});
                spec["targetRefs"] = json!([{"kind": "Service", "name": "cart", "group": ""}]);
            },
            "only one of targetRefs or selector can be set",
        ),
    ];
    for (change, reason) in table {
        let manifest = plugin(change);
        let refusal = dry(manifest.clone()).await;
        let refusal = refusal.expect_err(&manifest);
        assert!(refusal.contains(reason), "{manifest}\n{refusal}");
    }
}

#[tokio::test]
async fn a_bad_plugin_config_leaves_the_old_one_working_and_says_why() {
    let shop = Shop::start_traced("bad").await;

    let bad = json!({"sampler": {"probability": {"ratio": 1.5}}, "batches": {}});
    let patch = json!({"spec": {"pluginConfig": bad}});
    shop.kubectl().patch("bad", "wasmplugin/spanmesh", &patch).await;
    let reasons = [
        "sampler.probability.ratio: must be between 0 and 1, found 1.5",
        "batches: is no known option",
    ];
    for pod in shop.proxies() {
        for reason in reasons {
            pod.wait_for_log(reason, 20 * SECONDS).await;
        }
    }

    Account::settled(&shop.proxies()).await;
    shop.collector.clear();
    let report = shop.load().count(20).run().await;
    assert_eq!(report.with_status(200), 20, "{report:?}");
    // Every request is traced still.
    shop.collector.wait_for_spans(20 * 4, SOON).await;
    Account::settled(&shop.proxies()).await;
    assert_eq!(Ledger::of([&shop.collector]).accepted.len(), 20 * 4);
}

/// istiod has nothing to put in the place of a filter that is refused; Envoy would answer 500.
#[tokio::test]
async fn a_bad_plugin_config_from_the_start_fails_no_request() {
    let shop = Shop::start("worse").await;
    shop.install("wasmplugin", json!({"sampler": "sometimes"})).await;
    let load = tokio::spawn(shop.load().connections(2).duration(5 * SECONDS).run());
    for pod in shop.proxies() {
        pod.wait_for_log("configuration refused: sampler: must be one of", 20 * SECONDS).await;
        pod.wait_for_stat("configuration_refused", |n| n > 0).await;
    }
    assert_all_answered(&load.await.expect("the load ends"));

    shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
    shop.wait_until_traced().await;
    for pod in shop.proxies() {
        pod.wait_for_stat("configuration_refused", |n| n == 0).await;
    }
}
