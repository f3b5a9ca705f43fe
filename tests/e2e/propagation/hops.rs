//! Several hops in one format, and meshes in which formats change on the way.

use serde_json::{Value, json};

use crate::mesh::{Mesh, Tree, call};
use crate::support::plugin;

const PARENT: &str = "a2fb4a1d1a96d312";

/// a calls b, which calls c; applications copy the fields of one format.
async fn tree(mesh: Mesh, fields: &[(&str, &str)]) -> Tree {
    let plan = call("a", "/").calling([call("b", "/").calling([call("c", "/")])]);
    assert_eq!(mesh.send_with(&plan, fields).await.status, 200);
    Tree::only_of(mesh.settle().await)
}

#[track_caller]
fn check(tree: &Tree, trace_id: &str) {
    let chain =
        ["a server", "  a client > b", "    b server", "      b client > c", "        c server"];
    assert_eq!(tree.outline(), chain);
    assert!(tree.is_connected());
    assert_eq!(tree.trace_id(), trace_id);
    assert_eq!(tree.span("a server").parent_span_id(), PARENT);
}

/// Applications that know nothing but B3, with ids of 64 bits.
#[tokio::test]
async fn b3_alone_connects_a_mesh() {
    let b3 = |_: &str| plugin(json!({"propagators": ["b3"]}));
    let mesh = Mesh::of(&["a", "b", "c"]).plugin(b3).copying(&["b3"]).start().await;
    let tree = tree(mesh, &[("b3", "463ac35c9f6413ad-a2fb4a1d1a96d312-1")]).await;
    check(&tree, "0000000000000000463ac35c9f6413ad");
}

/// From B3 over W3C to Jaeger: each service has its own format, and each sidecar writes what the
/// next one reads.
#[tokio::test]
async fn every_service_may_have_another_format() {
    let options = |service: &str| -> Value {
        let (extract, inject) = match service {
            "a" => (json!(["b3"]), json!(["b3multi", "tracecontext"])),
            "b" => (json!(["tracecontext"]), json!(["tracecontext", "jaeger"])),
            _ => (json!(["jaeger"]), json!(["xray"])),
        };
        plugin(json!({"propagators": {"extract": extract, "inject": inject}}))
    };
    let copied = &["x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "traceparent", "uber-trace-id"];
    let mesh = Mesh::of(&["a", "b", "c"]).plugin(options).copying(copied).start().await;
    let sent = "0af7651916cd43dd8448eb211c80319c-a2fb4a1d1a96d312-1";
    check(&tree(mesh, &[("b3", sent)]).await, "0af7651916cd43dd8448eb211c80319c");
}
