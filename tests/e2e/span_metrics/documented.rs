//! The documented files: names and labels as Prometheus gets them.

use std::fs;

use serde_json::{Value, json};
use spanmesh_core::counters::{Counter, SPANS_QUEUED};
use spanmesh_harness::{Client, Envoy, EnvoyConfig, Request, SECONDS, grpc_call, paths};

use super::{CALLS, DURATION, config, settled};
use crate::support::{INBOUND, OUTBOUND, Parts};

/// The file as it stands, its sampling too.
#[tokio::test]
async fn the_documented_file_works() {
    let (config, parts) = Parts::start_for("envoy-config/span-metrics.yaml").await;
    let sidecar = parts.around(Envoy::builder(config).start().await);
    for port in [INBOUND, OUTBOUND] {
        let mut client = Client::connect(sidecar.envoy.port(port)).await;
        for path in ["/orders/7", "/users/ann/cart", "/elsewhere"] {
            assert_eq!(client.send(&Request::get(path)).await.status, 200);
        }
    }
    let calls = settled(&sidecar.envoy, 6).await;
    let names: Vec<&str> = calls.keys().map(|(name, ..)| name.as_str()).collect();
    let expected = ["GET", "GET /orders/{id}", "GET /users/{name}/cart"];
    assert_eq!(names, expected.map(|name| [name; 2]).concat());
}

/// Every statistic has the same name in Prometheus, but that reasons are a label.
#[tokio::test]
async fn every_statistic_is_a_metric() {
    for name in ["sidecar", "gateway", "access-log", "span-metrics"] {
        let file = &format!("envoy-config/{name}.yaml");
        let config = EnvoyConfig::from_file(file);
        let envoy = Envoy::builder(config).start().await;
        let page = envoy.metrics_page().await;
        for name in Counter::ALL.map(Counter::name) {
            let (metric, labels) = match name.strip_prefix("spanmesh_spans_dropped_") {
                Some(reason) => ("spanmesh_spans_dropped", vec![("reason", reason)]),
                None => (name, vec![]),
            };
            assert_eq!(page.value(metric, &labels), Some(0.0), "{file}: {name}");
            assert_eq!(page.types[metric], "counter", "{file}: {name}");
        }
        assert_eq!(page.types[SPANS_QUEUED], "gauge", "{file}");
        assert_eq!(page.value(SPANS_QUEUED, &[]), Some(0.0), "{file}");
        assert_eq!(page.value("envoy_server_concurrency", &[]), Some(1.0), "{file}");
    }
}

/// Istio's bootstrap takes the tags by their names (`tools/packaging/common/envoy_bootstrap.json`, 2026),
/// and keeps only statistics that begin with certain words.
#[tokio::test]
async fn istios_bootstrap_makes_the_same_labels() {
    let file = paths::repository().join("istio/span-metrics.yaml");
    let mesh: Value = serde_yaml_ng::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let extra = mesh["meshConfig"]["defaultConfig"]["extraStatTags"].as_array().unwrap().clone();
    let extra = extra.iter().map(|tag| {
        let tag = tag.as_str().unwrap();
        json!({"tag_name": tag, "regex": format!(r"({tag}=\.=(.*?);\.;)")})
    });
    let own = [
        ("cluster_name", r"^cluster\.((.+?(\..+?\.svc\.cluster\.local)?)\.)"),
        ("response_code", r"_rq(_(\d{3}))$"),
        ("response_code_class", r"_rq(_(\dxx))$"),
        ("cache", r"(cache\.(.+?)\.)"),
        ("component", r"(component\.(.+?)\.)"),
        ("tag", r"(tag\.(.+?);\.)"),
        ("wasm_filter", r"(wasm_filter\.(.+?)\.)"),
        ("authz_enforce_result", r"rbac(\.(allowed|denied))"),
    ];
    let own = own.map(|(tag, regex)| json!({"tag_name": tag, "regex": regex}));
    let kept = [
        "reporter=",
        "component",
        "istio",
        "cluster_manager",
        "listener_manager",
        "server",
        "wasm",
    ];
    let stats = json!({
        "use_all_default_tags": false,
        "stats_tags": own.into_iter().chain(extra).collect::<Vec<_>>(),
        "stats_matcher": {"inclusion_list": {"patterns": kept.map(|word| json!({"prefix": word}))}},
        "histogram_bucket_settings": [
            {"match": {"prefix": "wasmcustom.status_code="}, "buckets": [2, 15_000]},
        ],
    });
    let (config, parts) =
        config(json!({"sampler": "always_off", "routes": ["/orders/{id}"]})).await;
    let sidecar = parts.around(Envoy::builder(config.set("/stats_config", stats)).start().await);
    let port = sidecar.envoy.port(INBOUND);
    assert_eq!(Client::connect(port).await.send(&Request::get("/orders/7")).await.status, 200);
    grpc_call(port, "/shop.v1.Cart/Add", &[]).await;
    let calls = settled(&sidecar.envoy, 2).await;
    let names: Vec<&str> = calls.keys().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["GET /orders/{id}", "shop.v1.Cart/Add"]);
    let page = sidecar.envoy.metrics_page().await;
    let buckets = format!("{DURATION}_bucket");
    assert_eq!(page.of(&buckets).count(), 2 * 3, "two bounds and infinity");

    // A name with one of the words of Istio's own tags has that label too, but still its own.
    grpc_call(port, "/shop.cache.v1.Cart/Add", &[]).await;
    tokio::time::sleep(SECONDS).await;
    let page = sidecar.envoy.metrics_page().await;
    let odd: Vec<_> = page.of(CALLS).filter(|(labels, _)| labels.contains_key("cache")).collect();
    assert_eq!(odd.len(), 1, "{odd:?}");
    assert_eq!(odd[0].0["span_name"], "shop.cache.v1.Cart/Add");
}
