//! Traces that callers ask for.

use serde_json::json;
use spanmesh_harness::Request;

use crate::mesh::{Mesh, Tree, call};
use crate::support::{INBOUND, PARENT_ID, Sidecar, TRACE_ID, plugin};

fn off() -> serde_json::Value {
    json!({"parent_based": {"root": "always_off"}})
}

#[tokio::test]
async fn a_wish_forces_the_trace_and_keeps_its_id() {
    let force = json!({"header": "x-trace-force", "request_id": true});
    let sidecar = Sidecar::start(json!({"sampler": off(), "force": force})).await;
    let parent = format!("00-{TRACE_ID}-{PARENT_ID}-00");
    let id = |mark: char| format!("8f3c1f0e-5d3a-{mark}e2b-9d5c-0a1b2c3d4e5f");
    let wishes = [
        ("/new", None, "x-trace-force", "1".to_owned()),
        ("/joined", Some(&parent), "x-trace-force", "true".to_owned()),
        ("/marked", None, "x-request-id", id('a')),
        ("/no", None, "x-trace-force", "0".to_owned()),
        ("/unmarked", Some(&parent), "x-request-id", id('4')),
    ];
    for (path, parent, name, value) in wishes {
        let mut request = Request::get(path).host("a.example").header(name, value.as_str());
        if let Some(parent) = parent {
            request = request.header("traceparent", parent.as_str());
        }
        sidecar.send(INBOUND, request).await;
    }
    let account = sidecar.settled(3).await;
    account.check();
    assert_eq!(account.of("traces_forced"), 3);
    let spans = sidecar.collector.spans();
    let paths: Vec<_> = spans.iter().map(|span| span.str_attr("url.path").unwrap()).collect();
    assert_eq!(paths, ["/new", "/joined", "/marked"]);
    assert_eq!(
        (spans[1].trace_id(), spans[1].parent_span_id()),
        (TRACE_ID.into(), PARENT_ID.into())
    );
    let sent_on = sidecar.application.requests()[1].header("traceparent").unwrap().to_owned();
    assert_eq!(sent_on, format!("00-{TRACE_ID}-{}-01", spans[1].span_id()), "the next hop knows");
}

#[tokio::test]
async fn nobody_is_heard_by_default() {
    let sidecar = Sidecar::start(json!({"sampler": off()})).await;
    let request = Request::get("/").host("a.example").header("x-trace-force", "1");
    sidecar.send(INBOUND, request).await;
    sidecar
        .envoy
        .wait_for_stat("spanmesh_spans_sampled_out", |n| n == 1, crate::support::SOON)
        .await;
    assert_eq!(sidecar.settled(0).await.of("traces_forced"), 0);
}

/// The wish is heard once, at the first hop; those behind follow the sampled flag.
#[tokio::test]
async fn a_forced_trace_is_whole() {
    let force = json!({"header": "x-trace-force"});
    let mesh = Mesh::of(&["a", "b", "c"])
        .plugin(move |_| plugin(json!({"sampler": off(), "force": force})))
        .start()
        .await;
    let plan = call("a", "/").calling([call("b", "/").calling([call("c", "/")])]);
    mesh.send(&plan).await;
    mesh.send_with(&plan, &[("x-trace-force", "1")]).await;
    let tree = Tree::only_of(mesh.settle().await);
    assert!(tree.is_connected());
    assert_eq!(tree.outline().len(), 5);
}
