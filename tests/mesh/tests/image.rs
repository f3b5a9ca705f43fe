//! A new image takes the place of the old one, and a registry goes away.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{SECONDS, TempDir, paths};
use spanmesh_mesh::{Manifests, Pod, Registry};

use crate::live::{assert_all_answered, assert_nothing_lost, wait_until_gateway_samples};
use crate::support::{SOON, Shop, image, plane};

/// Another build of the module: the same with a custom section more.
fn another_module(directory: &TempDir) -> PathBuf {
    let mut module = fs::read(paths::module()).expect("a readable file");
    module.extend_from_slice(b"\x00\x05\x04next");
    let path = directory.path().join("next.wasm");
    fs::write(&path, module).expect("the temporary directory is writable");
    path
}

/// The file of the module that Envoy runs, as the agent has stored it.
async fn module_of(pod: &Pod) -> String {
    let dump = pod.admin("/config_dump?resource=ecds_filters").await;
    let name = dump.lines().find_map(|line| line.trim().strip_prefix("\"filename\": "));
    name.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_new_image_rolls_out_under_load() {
    let shop = Shop::start("rollout").await;
    shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
    shop.wait_until_traced().await;
    let before = module_of(&shop.gateway).await;
    let directory = TempDir::create();
    let digest = plane().await.registry().push(&another_module(&directory), "v2").await;

    let load = tokio::spawn(shop.load().connections(2).duration(8 * SECONDS).run());
    tokio::time::sleep(SECONDS).await;
    let patch = json!({"spec": {
        "url": plane().await.registry().url("v2"),
        "sha256": digest.strip_prefix("sha256:"),
    }});
    shop.kubectl().patch("rollout", "wasmplugin/spanmesh", &patch).await;
    let mut looks = Looks::within(SOON);
    let mut changed = false;
    while looks.another().await && !changed {
        changed = true;
        for pod in shop.proxies() {
            let now = module_of(pod).await;
            changed &= !now.is_empty() && now != before;
        }
    }
    assert!(changed, "the gateway runs {} still:\n{}", before, shop.gateway.log());
    assert_all_answered(&load.await.expect("the load ends"));
    assert_nothing_lost(&shop).await;
    shop.collector.clear();
    shop.wait_until_traced().await;
}

#[tokio::test]
async fn an_image_of_another_digest_is_not_run() {
    let shop = Shop::start("digest").await;
    let (url, _) = image().await;
    let wrong = format!("sha256:{:064}", 1);
    let manifests = Manifests::with_settings(url, &wrong, &shop.cluster());
    manifests.apply_base(shop.kubectl(), "wasmplugin", "digest", &json!({})).await;
    shop.gateway.wait_for_log("applying allow RBAC filter", SOON).await;
    assert_all_answered(&shop.load().count(20).run().await);
    assert!(shop.gateway.stats().await.is_empty(), "no plugin");
}

#[tokio::test]
async fn a_registry_may_go_away() {
    let registry = Registry::start().await;
    let host = registry.host();
    let insecure = json!({"proxyMetadata": {"WASM_INSECURE_REGISTRIES": host}});
    let shop = Shop::start_with("registry", |_, pod| pod.proxy_config(insecure.clone())).await;
    let digest = registry.push(&paths::module(), "v1").await;
    registry.stop().await;

    // Nobody has the image yet: the plugin is passed over, requests are not.
    let manifests = Manifests::with_settings(&registry.url("v1"), &digest, &shop.cluster());
    let options =
        json!({"pluginConfig": {"sampler": "always_on", "batch": {"schedule_delay": "100ms"}}});
    manifests.apply_base(shop.kubectl(), "wasmplugin", "registry", &options).await;
    for pod in shop.proxies() {
        pod.wait_for_log("applying allow RBAC filter", SOON).await;
    }
    assert_all_answered(&shop.load().count(20).run().await);

    // The agents ask again when the object changes.
    registry.restart().await;
    let touch = ["-n", "registry", "annotate", "wasmplugin/spanmesh", "retry=1"];
    shop.kubectl().must(&touch).await;
    shop.wait_until_traced().await;

    // With the image at hand they need no registry any more.
    registry.stop().await;
    let load = tokio::spawn(shop.load().duration(6 * SECONDS).run());
    let off = json!({"spec": {"pluginConfig": {"sampler": "always_off"}}});
    shop.kubectl().patch("registry", "wasmplugin/spanmesh", &off).await;
    wait_until_gateway_samples(&shop, false).await;
    assert_all_answered(&load.await.expect("the load ends"));
}
