//! A hop that keeps a span makes the hops above it keep theirs: the chain from the edge to the
//! failing service, without its healthy siblings.

use serde_json::json;
use spanmesh_harness::Request;

use super::{keeping, only_keeping};
use crate::mesh::{Call, Mesh, Tree, call};
use crate::support::{INBOUND, SOON};

/// A checkout whose payment fails deep in the mesh, unseen by everybody above: applications mask
/// what their callees do.
fn checkout(payment: &str) -> Call {
    call("a", "/checkout")
        .calling([call("b", "/cart"), call("c", "/pay").calling([call("d", payment)])])
}

const CHAIN: [&str; 5] =
    ["a server", "  a client > c", "    c server", "      c client > d", "        d server"];

#[tokio::test]
async fn an_error_deep_in_the_mesh_keeps_its_chain_and_nothing_else() {
    for workers in [1, 2] {
        let mesh = Mesh::of(&["a", "b", "c", "d"])
            .plugin(|_| only_keeping(json!({"errors": true})))
            .workers(workers)
            .start()
            .await;
        for _ in 0..5 {
            assert_eq!(mesh.send(&checkout("/fine")).await.status, 200);
            assert_eq!(mesh.send(&checkout("/status/503")).await.status, 200);
        }
        let trees = Tree::all_of(mesh.settle().await);
        assert_eq!(trees.len(), 5, "{workers} workers: the healthy ones are not kept");
        for tree in &trees {
            assert!(tree.is_connected());
            assert_eq!(tree.outline(), CHAIN, "{workers} workers");
            let reason = |label| tree.span(label).str_attr("spanmesh.keep.reason").unwrap();
            let reasons = ["d server", "c client > d", "c server", "a client > c", "a server"];
            let reasons = reasons.map(reason);
            assert_eq!(reasons, ["error", "error", "path", "path", "path"], "{workers} workers");
        }
    }
}

#[tokio::test]
async fn a_slow_call_keeps_its_chain_too() {
    let mesh = Mesh::of(&["a", "b", "c", "d"])
        .plugin(|_| only_keeping(json!({"slower_than": "200ms"})))
        .start()
        .await;
    mesh.send(&checkout("/slow/50")).await;
    mesh.send(&checkout("/slow/300")).await;
    let tree = Tree::only_of(mesh.settle().await);
    assert_eq!(tree.outline(), CHAIN, "everything above the slow call was slow as well");
    assert_eq!(tree.span("a server").str_attr("spanmesh.keep.reason").as_deref(), Some("slow"));
}

/// The header that carries the fact is seen by nobody but the hops above: neither by
/// applications nor by a caller outside, unless it sends a trace context.
#[tokio::test]
async fn the_fact_goes_from_hop_to_hop_and_not_out_of_the_mesh() {
    let mesh =
        Mesh::of(&["a", "b"]).plugin(|_| only_keeping(json!({"errors": true}))).start().await;
    let plan = call("a", "/").calling([call("b", "/status/500")]);
    let outside = mesh.send(&plan).await;
    assert_eq!(outside.header("x-spanmesh-kept"), None, "a stranger");
    let traced = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")];
    let inside = mesh.send_with(&plan, &traced).await;
    assert_eq!(inside.header("x-spanmesh-kept"), Some(b"1".as_slice()), "the hop above");
    assert_eq!(Tree::all_of(mesh.settle().await).len(), 2);
}

#[tokio::test]
async fn the_draft_of_server_timing_can_carry_it() {
    let mesh = Mesh::of(&["a", "b", "c"])
        .plugin(|_| only_keeping(json!({"errors": true, "path_header": "server-timing"})))
        .start()
        .await;
    let plan = call("a", "/").calling([call("b", "/").calling([call("c", "/status/500")])]);
    let traced = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02")];
    let answer = mesh.send_with(&plan, &traced).await;
    let tree = Tree::only_of(mesh.settle().await);
    assert_eq!(tree.outline().len(), 5);
    let span_id = tree.span("a server").span_id();
    let expected = format!("trace;desc=00-4bf92f3577b34da6a3ce929d0e0e4736-{span_id}-03");
    assert_eq!(answer.header("server-timing"), Some(expected.as_bytes()));
}

#[tokio::test]
async fn without_along_path_a_hop_keeps_only_what_it_saw_itself() {
    let mesh = Mesh::of(&["a", "b", "c"])
        .plugin(|_| only_keeping(json!({"errors": true, "along_path": false})))
        .start()
        .await;
    let plan = call("a", "/").calling([call("b", "/").calling([call("c", "/status/500")])]);
    mesh.send(&plan).await;
    let tree = Tree::only_of(mesh.settle().await);
    let outline = tree.outline();
    assert_eq!(outline, ["b client > c", "  c server"]);
}

/// At a ratio of one in a thousand, on one and on two workers, every failure is kept whole.
#[tokio::test]
async fn every_failure_is_kept_whole_at_a_thousandth() {
    for workers in [1, 2] {
        let unlimited = json!({"traces_per_second": 100_000, "burst": 100_000});
        let mesh = Mesh::of(&["a", "b", "c"])
            .plugin(move |_| keeping(json!({"errors": true, "rate_limit": unlimited})))
            .workers(workers)
            .start()
            .await;
        let path = |leaf| call("a", "/").calling([call("b", "/").calling([call("c", leaf)])]);
        let healthy = mesh.load(&path("/fine")).connections(4).count(1_000);
        let failing = mesh.load(&path("/status/503")).connections(4).count(200);
        let (healthy, failing) = tokio::join!(healthy.run(), failing.run());
        assert_eq!((healthy.with_status(200), failing.with_status(200)), (1_000, 200));
        let trees = Tree::all_of(mesh.settle().await);
        let is_failure =
            |tree: &&Tree| tree.span("c server").int_attr("http.response.status_code") == Some(503);
        let failures: Vec<_> = trees.iter().filter(is_failure).collect();
        assert_eq!(failures.len(), 200, "{workers} workers");
        for tree in &failures {
            assert!(tree.is_connected() && tree.outline().len() == 5, "{:#?}", tree.outline());
        }
        // Binomial with n = 1000 and p = 0.001: more than 12 in one of 10^9 runs.
        assert!(trees.len() - failures.len() <= 12, "{workers} workers: {}", trees.len());
    }
}

/// A gateway is one hop: it learns from the answer of the service, and tells nobody outside.
#[tokio::test]
async fn a_gateway_keeps_what_a_service_kept_and_tells_nobody() {
    use spanmesh_harness::{Client, Collector, Envoy, EnvoyConfig};

    let mesh = Mesh::of(&["a"]).plugin(|_| only_keeping(json!({"errors": true}))).start().await;
    let collector = Collector::start().await;
    let config = EnvoyConfig::from_file("envoy-config/gateway.yaml")
        .map_port(8080, mesh.envoy("a").port(INBOUND))
        .map_port(4318, collector.port())
        .plugin_configuration(&only_keeping(json!({"slower_than": "1h"})).to_string());
    let gateway = Envoy::builder(config).start().await;
    let mut client = Client::connect(gateway.port(10000)).await;
    let request = Request::post("/status/500", "[]").host("a");
    let traced = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let answer = client.send(&request.header("traceparent", traced)).await;
    assert_eq!((answer.status, answer.header("x-spanmesh-kept")), (500, None));
    let spans = collector.wait_for_spans(1, SOON).await;
    assert_eq!(spans[0].str_attr("spanmesh.keep.reason").as_deref(), Some("path"));
    let below = mesh.collector.wait_for_spans(1, SOON).await;
    assert_eq!(below[0].parent_span_id(), spans[0].span_id());
}
