//! The second level: the healthy calls that a kept request made are held until it ends.

use serde_json::json;
use spanmesh_harness::SECONDS;

use super::only_keeping;
use crate::mesh::{Call, Mesh, Tree, call};
use crate::support::account;

/// A checkout whose own work fails after two calls that went well.
fn failing() -> Call {
    call("a", "/status/500").calling([call("b", "/cart"), call("c", "/stock")])
}

fn healthy() -> Call {
    call("a", "/fine").calling([call("b", "/cart"), call("c", "/stock")])
}

#[tokio::test]
async fn the_calls_of_a_kept_request_are_kept_with_it() {
    for workers in [1, 2] {
        let mesh = Mesh::of(&["a", "b", "c"])
            .plugin(|_| only_keeping(json!({"errors": true, "calls": true})))
            .workers(workers)
            .start()
            .await;
        for _ in 0..5 {
            mesh.send(&healthy()).await;
            mesh.send(&failing()).await;
        }
        let trees = Tree::all_of(mesh.settle().await);
        assert_eq!(trees.len(), 5, "{workers} workers");
        for tree in &trees {
            assert_eq!(tree.outline(), ["a server", "  a client > b", "  a client > c"]);
            let reason = |label| tree.span(label).str_attr("spanmesh.keep.reason").unwrap();
            assert_eq!([reason("a client > b"), reason("a client > c")], ["call", "call"]);
        }
        for service in ["a", "b", "c"] {
            account(mesh.envoy(service)).await.check();
        }
    }
}

#[tokio::test]
async fn without_calls_the_siblings_are_absent() {
    let mesh =
        Mesh::of(&["a", "b", "c"]).plugin(|_| only_keeping(json!({"errors": true}))).start().await;
    mesh.send(&failing()).await;
    assert_eq!(Tree::only_of(mesh.settle().await).outline(), ["a server"]);
}

/// A flood of calls that nobody keeps stays within its bounds, and what had to go is counted.
#[tokio::test]
async fn a_flood_of_held_calls_is_bounded_and_counted() {
    let keep = json!({"errors": true, "calls": true, "max_held_calls": 10, "max_age": "1m"});
    let mesh = Mesh::of(&["a", "b"]).plugin(move |_| only_keeping(keep.clone())).start().await;
    let healthy = call("a", "/").calling([call("b", "/")]);
    let report = mesh.load(&healthy).connections(4).count(500).run().await;
    assert_eq!(report.with_status(200), 500);
    let evicted = |n| n == 490;
    mesh.envoy("a").wait_for_stat("spanmesh_held_calls_evicted", evicted, 10 * SECONDS).await;
    // The latest calls are still there, for a request that fails.
    mesh.send(&call("a", "/status/500").calling([call("b", "/")])).await;
    let tree = Tree::only_of(mesh.settle().await);
    assert_eq!(tree.outline(), ["a server", "  a client > b"]);
    account(mesh.envoy("a")).await.check();
}
