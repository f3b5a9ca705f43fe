//! Gateways: edges by their nature, whatever their listeners' traffic direction says.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::json;
use spanmesh_harness::Request;

use super::inbound_at;
use crate::support::{PARENT_ID, SOON, Sidecar, TRACE_ID, sampled_parent};

const ROUTER: &str = "router~10.0.0.1~ingress-7d4f.istio-system~istio-system.svc.cluster.local";
const WORKLOAD: &str = "sidecar~10.0.0.1~cart-7d4f.shop~shop.svc.cluster.local";

/// An Envoy of this node with a listener whose trust is not configured, one that is told to trust,
/// and one of each with the direction that Istio gives to its gateways' listeners.
async fn node(id: &str) -> Sidecar {
    let trusting = || json!({"trust": {"inbound": "mesh"}});
    let listeners =
        [(15100, json!({})), (15101, trusting()), (15102, json!({})), (15103, trusting())];
    inbound_at(&listeners, |config| {
        (config.set("/node/id", id))
            .set_in_listener("15100", "/traffic_direction", "UNSPECIFIED")
            .set_in_listener("15101", "/traffic_direction", "UNSPECIFIED")
            .set_in_listener("15102", "/traffic_direction", "OUTBOUND")
            .set_in_listener("15103", "/traffic_direction", "OUTBOUND")
    })
    .await
}

#[tokio::test]
async fn a_router_is_an_edge_and_a_sidecar_is_none() {
    let rows = [
        (ROUTER, 15100, SpanKind::Server, false, "a gateway trusts nobody"),
        (ROUTER, 15101, SpanKind::Server, true, "unless it is told to"),
        (ROUTER, 15102, SpanKind::Server, false, "it serves whatever the direction"),
        (ROUTER, 15103, SpanKind::Server, true, "and may be told to trust there too"),
        (WORKLOAD, 15100, SpanKind::Server, true, "a workload trusts its callers"),
        (WORKLOAD, 15102, SpanKind::Client, true, "and makes calls"),
    ];
    for id in [ROUTER, WORKLOAD] {
        let sidecar = node(id).await;
        for (_, port, kind, trusts, why) in rows.iter().filter(|row| row.0 == id) {
            sidecar.collector.clear();
            let request = Request::get("/")
                .host("a.example")
                .header("traceparent", sampled_parent())
                .header("baggage", "a=1");
            assert_eq!(sidecar.send(*port, request).await.status, 200);
            let span = sidecar.collector.wait_for_spans(1, SOON).await.remove(0);
            assert_eq!(span.kind(), *kind, "{why}");
            assert_eq!(span.trace_id() == TRACE_ID, *trusts, "{why}");
            assert_eq!(span.parent_span_id(), if *trusts { PARENT_ID } else { "" }, "{why}");
            assert_eq!(span.links().is_empty(), *trusts, "{why}");
            let seen = sidecar.application.requests().pop().unwrap();
            assert_eq!(seen.header("baggage").is_some(), *trusts, "{why}");
        }
        sidecar.settled(rows.iter().filter(|row| row.0 == id).count() as u64).await.check();
    }
}
