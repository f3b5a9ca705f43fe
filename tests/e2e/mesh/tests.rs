//! The mesh itself, with the filter's own defaults: every request is traced.

use std::collections::BTreeSet;
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::json;
use spanmesh_harness::ReceivedSpan;

use super::{Mesh, TraceIds, Tree, call};
use crate::support::{PARENT_ID, TRACE_ID, account, plugin, sampled_parent};

#[tokio::test]
async fn a_chain_of_three_is_one_connected_trace() {
    let mesh = Mesh::of(&["a", "b", "c"]).start().await;
    let plan = call("a", "/checkout").calling([call("b", "/cart").calling([call("c", "/stock")])]);
    assert_eq!(mesh.send(&plan).await.status, 200);

    let tree = Tree::only_of(mesh.settle().await);
    assert!(tree.is_connected());
    assert_eq!(
        tree.outline(),
        ["a server", "  a client > b", "    b server", "      b client > c", "        c server"]
    );
    let way = [("a", SpanKind::Server), ("a", SpanKind::Client), ("b", SpanKind::Server)];
    let path = tree.path_of(tree.span("b server"));
    assert_eq!(path, way.map(|(service, kind)| (service.to_owned(), kind)));
    assert_eq!(tree.span("c server").str_attr("url.path").as_deref(), Some("/stock"));
    let url = tree.span("b client > c").str_attr("url.full");
    assert_eq!(url.as_deref(), Some("http://c/stock"));
}

#[tokio::test]
async fn calls_of_one_application_are_siblings_within_the_callers_trace() {
    let mesh = Mesh::of(&["a", "b", "c"]).start().await;
    let plan = call("a", "/").calling([call("b", "/"), call("c", "/").calling([call("b", "/")])]);
    let parent = sampled_parent();
    mesh.send_with(&plan, &[("traceparent", &parent)]).await;

    let tree = Tree::only_of(mesh.settle().await);
    assert_eq!(tree.trace_id(), TRACE_ID);
    assert_eq!(
        tree.outline(),
        [
            "a server",
            "  a client > b",
            "    b server",
            "  a client > c",
            "    c server",
            "      c client > b",
            "        b server",
        ]
    );
    let [root] = tree.roots()[..] else { panic!("{tree:#?}") };
    assert_eq!(root.parent_span_id(), PARENT_ID, "known to the test alone");
}

#[tokio::test]
async fn an_application_answers_as_asked_and_masks_what_its_callees_do() {
    let mesh = Mesh::of(&["a", "b", "c"]).start().await;
    let plan = call("a", "/order?h=x-of-a:1").calling([
        call("b", "/slow/250?h=x-order-total:1500"),
        call("c", "/status/503").calling([call("b", "/cart")]),
    ]);
    let response = mesh.send(&plan).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.header("x-of-a"), Some(&b"1"[..]));
    assert_eq!(response.header("x-order-total"), None, "not handed on");

    let tree = Tree::only_of(mesh.settle().await);
    let status = |label| tree.span(label).int_attr("http.response.status_code");
    for (label, expected) in [("a server", 200), ("a client > c", 503), ("c server", 503)] {
        assert_eq!(status(label), Some(expected), "{label}");
    }
    assert_eq!(status("c client > b"), Some(200), "calls come before the status");
    let slow = tree.span("a client > b").duration();
    assert!(slow >= Duration::from_millis(250), "{slow:?}");

    let response = mesh.send(&call("b", "/status/404?h=x-order-total:1500")).await;
    assert_eq!(response.status, 404);
    assert_eq!(response.header("x-order-total"), Some(&b"1500"[..]));
}

#[tokio::test]
async fn a_mesh_settles_also_where_nothing_was_called() {
    let mesh = Mesh::of(&["a", "b"]).start().await;
    assert_eq!(mesh.settle().await, []);
    mesh.send(&call("b", "/")).await;
    assert_eq!(Tree::only_of(mesh.settle().await).outline(), ["b server"]);
}

#[tokio::test]
async fn what_is_missing_shows_as_more_roots() {
    let silent = |service: &str| match service {
        "b" => plugin(json!({"sampler": "always_off"})),
        _ => plugin(json!({"sampler": "always_on"})),
    };
    let mesh = Mesh::of(&["a", "b", "c"]).plugin(silent).start().await;
    mesh.send(&call("a", "/").calling([call("b", "/").calling([call("c", "/")])])).await;

    let tree = Tree::only_of(mesh.settle().await);
    assert_eq!(tree.outline(), ["a server", "  a client > b", "c server"]);
    assert!(!tree.is_connected());
    assert_eq!(tree.roots().len(), 2);
    assert_eq!(tree.path_of(tree.span("c server")), [("c".to_owned(), SpanKind::Server)]);
}

#[tokio::test]
async fn many_requests_make_as_many_whole_traces() {
    let mesh = Mesh::of(&["a", "b", "c"]).workers(2).start().await;
    let plan = call("a", "/").calling([call("b", "/"), call("c", "/")]);
    let ids = TraceIds::seeded(7);
    let load = mesh.load_with(&plan, move |n| ids.traceparent(n, 3));
    let report = load.connections(8).count(300).run().await;
    assert_eq!(report.with_status(200), 300, "{:?}", report.an_error);

    let trees = Tree::all_of(mesh.settle().await);
    let expected: BTreeSet<_> = (0..300).map(|n| format!("{:032x}", ids.id(n))).collect();
    assert!(trees.iter().map(Tree::trace_id).eq(&expected), "{} traces", trees.len());
    for tree in &trees {
        assert!(tree.is_connected() && tree.outline().len() == 5, "{:#?}", tree.outline());
    }
    account(mesh.envoy("a")).await.check();
    assert_eq!(account(mesh.envoy("a")).await.of("spans_created"), 900);

    mesh.collector.clear();
    let report = mesh.load(&plan).count(20).run().await;
    assert_eq!(report.with_status(200), 20);
    let spans = mesh.settle().await;
    let of_c = spans.iter().filter(|span| span.service() == "c").map(ReceivedSpan::trace_id);
    assert_eq!(of_c.collect::<BTreeSet<_>>().len(), 20, "new traces, all different");
}
