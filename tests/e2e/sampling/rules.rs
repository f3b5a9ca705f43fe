//! Rules that choose the sampler, of every kind, and rates.

use std::time::Instant;

use serde_json::{Value, json};
use spanmesh_harness::{Load, Request, SECONDS, grpc_call};

use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar, account};

/// Every kind of match.
fn rules(port: u16) -> Value {
    json!({"rule_based": {"rules": [
        {"name": "health", "match": {"path": ["/health", "/ready", {"prefix": "/metrics"}]},
            "sampler": "always_off"},
        {"name": "static", "match": {"path": [{"suffix": ".css"}, {"suffix": ".js"}]},
            "sampler": "always_off"},
        {"name": "debug", "match": {"header": {"x-debug-user": {"present": true}}},
            "sampler": "always_on"},
        {"name": "checkout", "match": {"method": "POST", "path": "/checkout"},
            "sampler": "always_on"},
        {"name": "order", "match": {"path": {"template": "/orders/{id}"}}, "sampler": "always_on"},
        {"name": "versions", "match": {"path": {"regex": "/v[0-9]+/.*"}}, "sampler": "always_on"},
        {"name": "host", "match": {"host": "admin.example"}, "sampler": "always_on"},
        {"name": "no agent", "match": {"path": "/agents", "header": {"user-agent": {"absent": true}}},
            "sampler": "always_on"},
        {"name": "tenant", "match": {"header": {"x-tenant": {"prefix": "gold-"}}},
            "sampler": "always_on"},
        {"name": "grpc", "match": {"grpc_service": "shop.Cart", "grpc_method": ["Add", "Remove"]},
            "sampler": "always_on"},
        {"name": "outbound", "match": {"path": "/side", "direction": "outbound"},
            "sampler": "always_on"},
        {"name": "port", "match": {"path": "/port", "listener_port": port}, "sampler": "always_on"},
        {"name": "rest", "sampler": "always_off"},
    ]}})
}

#[tokio::test]
async fn the_first_rule_that_matches_decides() {
    let sidecar = Sidecar::start_with(json!({}), |mut config| {
        let port = config.port(INBOUND);
        let plugin = crate::support::plugin(json!({"sampler": rules(port)}));
        config.plugin_configuration(&plugin.to_string())
    })
    .await;
    let get = |path| Request::get(path).host("a.example");
    let post = |path| Request::post(path, "").host("a.example");
    let rows = [
        (INBOUND, get("/health"), false, "health, exactly"),
        (INBOUND, get("/metrics/all?x=1"), false, "health, by prefix"),
        (INBOUND, get("/health").header("x-debug-user", "7"), false, "the first rule wins"),
        (INBOUND, get("/site.css").header("x-debug-user", "7"), false, "static, by suffix"),
        (INBOUND, get("/").header("x-debug-user", ""), true, "debug, by header"),
        (INBOUND, post("/checkout"), true, "checkout, by method and path"),
        (INBOUND, get("/checkout"), false, "another method"),
        (INBOUND, get("/orders/4711?page=2"), true, "a template"),
        (INBOUND, get("/orders/4711/items"), false, "longer than the template"),
        (INBOUND, get("/v12/x"), true, "a regular expression"),
        (INBOUND, get("/x/v12/x"), false, "which must match as a whole"),
        (INBOUND, Request::get("/").host("Admin.Example:8443"), true, "a host"),
        (INBOUND, get("/agents"), true, "a header that is absent"),
        (INBOUND, get("/agents").header("user-agent", "curl"), false, "and one that is not"),
        (INBOUND, get("/").header("x-tenant", "gold-7"), true, "a header by prefix"),
        (OUTBOUND, get("/side"), true, "the direction"),
        (INBOUND, get("/side"), false, "the other direction"),
        (INBOUND, get("/port"), true, "the port"),
        (OUTBOUND, get("/port"), false, "another port"),
        (INBOUND, get("/else"), false, "the rest"),
    ];
    for (listener, request, sampled, why) in rows {
        let sides = [(INBOUND, &sidecar.application), (OUTBOUND, &sidecar.upstream)];
        let (_, server) = sides.into_iter().find(|(side, _)| *side == listener).unwrap();
        server.clear();
        sidecar.send(listener, request).await;
        let told = server.requests()[0].header("traceparent").unwrap().to_owned();
        assert_eq!(told.ends_with("-03"), sampled, "{why}: {told}");
    }
    sidecar.settled(9).await.check();
}

/// `examples/sampling/stories.json`, as it is.
#[tokio::test]
async fn the_stories_of_the_examples_work_out_of_the_box() {
    let path = spanmesh_harness::paths::repository().join("examples/sampling/stories.json");
    let plugin = std::fs::read_to_string(path).unwrap();
    let sidecar =
        Sidecar::start_with(json!({}), |config| config.plugin_configuration(&plugin)).await;
    const EACH: usize = 100;
    let mut sampled = std::collections::BTreeMap::new();
    let get = Request::get;
    let stories = [
        ("health", get("/health")),
        ("metrics", get("/metrics/jvm")),
        ("static", get("/img/logo.png")),
        ("debug", get("/anything").header("x-debug-user", "ada")),
        ("checkout", Request::post("/checkout", "")),
        ("rest", get("/catalogue")),
    ];
    for (name, request) in stories {
        sidecar.application.clear();
        let request = request.host("a.example");
        let load = Load::on(sidecar.envoy.port(INBOUND)).count(EACH as u64);
        load.requests(move |_| request.clone()).run().await;
        let told = sidecar.application.requests();
        let flags = told.iter().filter(|r| r.header("traceparent").unwrap().ends_with("-03"));
        sampled.insert(name, flags.count());
    }
    let rest = sampled.remove("rest").unwrap();
    let expected =
        [("checkout", EACH), ("debug", EACH), ("health", 0), ("metrics", 0), ("static", 0)];
    assert_eq!(sampled, expected.into());
    assert!(super::statistics::binomial(EACH as u64, 0.1).contains(&(rest as f64)), "{rest}");
}

#[tokio::test]
async fn grpc_calls_are_matched_by_service_and_method() {
    let plugin = json!({"sampler": rules(1)});
    let sidecar = Sidecar::start_with(plugin, |config| config.http2_cluster("application")).await;
    for path in ["/shop.Cart/Add", "/shop.Cart/List", "/shop.Stock/Add", "/shop.Cart/Remove"] {
        grpc_call(sidecar.envoy.port(INBOUND), path, &[]).await;
    }
    let spans = sidecar.collector.wait_for_spans(2, SOON).await;
    let names: Vec<_> = spans.iter().map(|span| span.name()).collect();
    assert_eq!(names, ["shop.Cart/Add", "shop.Cart/Remove"]);
    sidecar.settled(2).await.check();
}

/// One budget over all workers, for a rule and for all rules together.
#[tokio::test]
async fn rates_are_budgets_of_the_whole_proxy() {
    for workers in [1, 2] {
        let per_rule = json!({"rate_limiting": {"traces_per_second": 30, "burst": 40}});
        let rules = json!({"rule_based": {"rules": [
            {"name": "a", "match": {"path": "/a"}, "sampler": per_rule},
            {"name": "rest", "sampler": "always_on"},
        ]}});
        let overall = json!({"rate_limiting": {"traces_per_second": 100, "burst": 100,
            "sampler": rules}});
        let (config, parts) = crate::support::Parts::start().await;
        let plugin =
            crate::support::plugin(json!({"sampler": {"parent_based": {"root": overall}}}));
        let envoy =
            spanmesh_harness::Envoy::builder(config.plugin_configuration(&plugin.to_string()));
        let sidecar = parts.around(envoy.concurrency(workers).start().await);
        let port = sidecar.envoy.port(INBOUND);
        let begin = Instant::now();
        let load = |path: &'static str| {
            let request = move |_| Request::get(path).host("a.example");
            Load::on(port).connections(4).duration(3 * SECONDS).requests(request).run()
        };
        let (a, b) = tokio::join!(load("/a"), load("/b"));
        let seconds = begin.elapsed().as_secs_f64();
        assert!(a.with_status(200) > 1_000 && b.with_status(200) > 1_000);
        tokio::time::sleep(3 * SECONDS / 2).await;
        sidecar.envoy.wait_for_stat("spanmesh_spans_queued", |n| n == 0, SOON).await;
        let spans = sidecar.collector.spans();
        let of_a = spans.iter().filter(|s| s.str_attr("url.path").as_deref() == Some("/a")).count();
        let all = spans.len() as f64;
        // The burst, and what came in during two of the three seconds: a machine that stands still
        // for longer than the burst lasts loses tokens.
        assert!((300.0..=100.0 + 100.0 * seconds).contains(&all), "{workers} workers: {all}");
        assert!(of_a as f64 <= 40.0 + 30.0 * seconds, "{workers} workers: {of_a}");
        assert!(of_a >= 30, "the rule has its part: {of_a}");
        let account = account(&sidecar.envoy).await;
        account.check();
        let conflicts = account.of("shared_data_conflicts");
        assert!(conflicts <= spans.len() as u64, "{conflicts} writes were forestalled");
    }
}
