//! Consistent probability sampling along a path of three services.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use spanmesh_harness::SECONDS;

use super::statistics::binomial;
use crate::mesh::{Mesh, TraceIds, Tree, call};
use crate::support::plugin;

/// Every hop decides for itself, at a share of its own: whoever has the lower threshold includes
/// the other, and each tells its own threshold on.
#[tokio::test]
async fn different_shares_along_a_path_are_nested() {
    const REQUESTS: u64 = 4_000;
    let shares = BTreeMap::from([("a", 0.2), ("b", 0.5), ("c", 0.05)]);
    let share_of = shares.clone();
    let mesh = Mesh::of(&["a", "b", "c"])
        .plugin(move |service| {
            let sampler = json!({"probability": {"ratio": share_of[service]}});
            plugin(json!({"sampler": sampler, "batch": {"schedule_delay": "50ms",
                "max_queue_size": 50_000}}))
        })
        .start()
        .await;
    let plan = call("a", "/").calling([call("b", "/").calling([call("c", "/")])]);
    let ids = TraceIds::seeded(11);
    let load = mesh.load_with(&plan, move |n| ids.traceparent(n, 3));
    let report = load.connections(8).count(REQUESTS).run().await;
    assert_eq!(report.with_status(200), REQUESTS);

    let mut sampled: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for span in mesh.settle().await {
        let threshold = match &*span.service() {
            "a" => "ot=th:cccd",
            "b" => "ot=th:8",
            _ => "ot=th:f3333",
        };
        assert_eq!(span.span.trace_state, threshold, "each tells its own share");
        sampled.entry(span.service()).or_default().insert(span.trace_id());
    }
    for (service, share) in shares {
        let count = sampled[service].len() as f64;
        assert!(binomial(REQUESTS, share).contains(&count), "{service}: {count}");
    }
    assert!(sampled["c"].is_subset(&sampled["a"]), "c has the highest threshold");
    assert!(sampled["a"].is_subset(&sampled["b"]), "b has the lowest");
}

/// Followers pass the root's threshold on, whatever they are configured to do at a root.
#[tokio::test]
async fn followers_keep_the_threshold_of_the_root() {
    let mesh = Mesh::of(&["a", "b", "c"])
        .plugin(|service| {
            let ratio = if service == "a" { 0.5 } else { 0.01 };
            let root = json!({"probability": {"ratio": ratio}});
            plugin(json!({"sampler": {"parent_based": {"root": root}}}))
        })
        .start()
        .await;
    let plan = call("a", "/").calling([call("b", "/").calling([call("c", "/")])]);
    let report = mesh.load(&plan).connections(4).count(400).run().await;
    assert_eq!(report.with_status(200), 400);
    let spans = mesh.settle().await;
    assert!(spans.iter().all(|span| span.span.trace_state == "ot=th:8"), "each counts for two");
    let trees = Tree::all_of(spans);
    assert!(binomial(400, 0.5).contains(&(trees.len() as f64)), "{}", trees.len());
    assert!(trees.iter().all(|tree| tree.is_connected() && tree.outline().len() == 5));
}

/// What arrives from outside: read, kept, raised, erased.
#[tokio::test]
async fn thresholds_of_callers_follow_the_rules() {
    let mesh = Mesh::of(&["a", "b"])
        .plugin(|service| match service {
            // R = 0.5 of these requests: a follows, b decides for itself.
            "a" => plugin(json!({})),
            _ => plugin(json!({"sampler": {"probability": {"ratio": 0.6}}})),
        })
        .start()
        .await;
    let plan = call("a", "/").calling([call("b", "/")]);
    let cases = [
        ("ot=rv:80000000000000;th:4", "ot=rv:80000000000000;th:4", "ot=th:6666;rv:80000000000000"),
        ("ot=th:c;rv:80000000000000", "ot=rv:80000000000000", "ot=th:6666;rv:80000000000000"),
        (
            "a=1,ot=rv:80000000000000",
            "a=1,ot=rv:80000000000000",
            "ot=th:6666;rv:80000000000000,a=1",
        ),
    ];
    for (list, followed, decided) in cases {
        mesh.collector.clear();
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        mesh.send_with(&plan, &[("traceparent", parent), ("tracestate", list)]).await;
        let tree = Tree::only_of(mesh.collector.wait_for_spans(3, 10 * SECONDS).await);
        let state = |label| tree.span(label).span.trace_state.clone();
        assert_eq!([state("a server"), state("a client > b")], [followed, followed], "{list}");
        assert_eq!(state("b server"), decided, "{list}");
    }
}
