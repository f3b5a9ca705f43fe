//! Promotions have a budget: an outage does not multiply what is exported.

use std::time::Instant;

use serde_json::json;
use spanmesh_harness::{Envoy, Load, Request, SECONDS};

use super::only_keeping;
use crate::mesh::{Mesh, Tree, call};
use crate::support::{INBOUND, Parts, final_account};

#[tokio::test]
async fn an_outage_is_kept_up_to_the_limit_of_all_workers() {
    for workers in [1, 2] {
        let (config, parts) = Parts::start().await;
        let limit = json!({"traces_per_second": 20, "burst": 30});
        let plugin = only_keeping(json!({"errors": true, "rate_limit": limit}));
        let envoy = Envoy::builder(config.plugin_configuration(&plugin.to_string()));
        let sidecar = parts.around(envoy.concurrency(workers).start().await);
        let begin = Instant::now();
        let failing = |_| Request::get("/status/503").host("a.example");
        let load = Load::on(sidecar.envoy.port(INBOUND)).connections(8).duration(3 * SECONDS);
        let report = load.requests(failing).run().await;
        let seconds = begin.elapsed().as_secs_f64();
        let total = report.with_status(503);
        assert!(total > 1_000, "{total} failures put some load on the limit");

        let refused = |n| n > total / 2;
        sidecar.envoy.wait_for_stat("spanmesh_keeps_rate_limited", refused, 10 * SECONDS).await;
        let account = final_account(&sidecar.envoy).await;
        let kept = account.of("spans_kept");
        let most = 30.0 + 20.0 * seconds;
        // At least what came in during two of the three seconds: a machine that stands still for
        // longer than the burst lasts loses tokens.
        let least = 30.0 + 20.0 * 2.0;
        assert!((least..=most).contains(&(kept as f64)), "{workers} workers: {kept} of {most}");
        assert_eq!(account.of("keeps_rate_limited") + kept, total, "each is kept or counted");
        let conflicts = account.of("shared_data_conflicts");
        assert!(conflicts <= kept, "{conflicts} writes were forestalled for {kept} tokens");
        account.check();
    }
}

/// Both sides of a proxy are one trace, and one token: a budget of two pays for two traces.
#[tokio::test]
async fn a_trace_counts_once_in_a_proxy() {
    let limit = json!({"traces_per_second": 0.001, "burst": 2});
    let mesh = Mesh::of(&["a", "b"])
        .plugin(move |_| only_keeping(json!({"errors": true, "rate_limit": limit})))
        .start()
        .await;
    let plan = call("a", "/").calling([call("b", "/status/500")]);
    for _ in 0..4 {
        mesh.send(&plan).await;
    }
    let trees = Tree::all_of(mesh.settle().await);
    let outlines: Vec<_> = trees.iter().map(Tree::outline).collect();
    let whole = ["a server", "  a client > b", "    b server"];
    assert_eq!(outlines, [whole, whole]);
}
