//! The overlays for gateways, as they are shipped: who is believed there, and who is told.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{
    Client, Collector, ReceivedSpan, RecordedRequest, Request, Upstream, free_port,
};
use spanmesh_mesh::{Kind, Manifests, Pod};

use crate::support::{SOON, cluster, collector_service, image, plane};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID: &str = "00f067aa0ba902b7";

/// A gateway with this label before one upstream, and its plugin of an overlay. Gives the span of
/// a sampled caller's request, and all requests so far as they reached the upstream.
async fn pass(namespace: &str, label: &str, overlay: &str) -> (ReceivedSpan, Vec<RecordedRequest>) {
    let kubectl = plane().await.kubectl();
    plane().await.create_namespace(namespace).await;
    let (collector, upstream) = (Collector::start().await, Upstream::start().await);
    let port = free_port();
    kubectl.apply(&collector_service(namespace, collector.port()).to_string()).await;
    kubectl.apply(&route(namespace, label, port, upstream.port()).to_string()).await;
    let gateway = Pod::builder(Kind::Gateway, namespace, "gateway").label("istio", label);
    let gateway = gateway.start(kubectl).await;

    let (url, digest) = image().await;
    let manifests = Manifests::with_settings(url, digest, &cluster(namespace));
    manifests.apply(kubectl, overlay).await;
    let sampled = format!("00-{TRACE_ID}-{PARENT_ID}-01");
    let request = Request::get("/").host("partner.example").header("traceparent", sampled);
    let mut looks = Looks::within(SOON);
    while looks.another().await {
        // The mesh's share makes few traces of those that begin here.
        let answer = Client::connect(port).await.try_send(&request).await;
        let passed = answer.is_ok_and(|answer| answer.status == 200);
        if let (true, Some(span)) = (passed, collector.spans().pop()) {
            return (span, upstream.requests());
        }
    }
    panic!("no span:\n{}", gateway.log());
}

fn route(namespace: &str, label: &str, port: u16, upstream: u16) -> Value {
    let api = "networking.istio.io/v1";
    let metadata = json!({"name": "partner", "namespace": namespace});
    json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": api, "kind": "ServiceEntry", "metadata": metadata, "spec": {
            "hosts": ["partner.example"], "location": "MESH_EXTERNAL", "resolution": "STATIC",
            "exportTo": ["."], "ports": [{"number": 80, "protocol": "HTTP", "name": "http"}],
            "endpoints": [{"address": "127.0.0.1", "ports": {"http": upstream}}],
        }},
        {"apiVersion": api, "kind": "Gateway", "metadata": metadata, "spec": {
            "selector": {"istio": label},
            "servers": [{
                "hosts": ["partner.example"], "bind": "127.0.0.1",
                "port": {"number": port, "protocol": "HTTP", "name": "http"},
            }],
        }},
        {"apiVersion": api, "kind": "VirtualService", "metadata": metadata, "spec": {
            "hosts": ["partner.example"], "gateways": ["partner"], "exportTo": ["."],
            "http": [{"route": [{"destination": {"host": "partner.example", "port": {"number": 80}}}]}],
        }},
    ]})
}

fn traceparent(request: &RecordedRequest) -> Option<String> {
    let field = request.headers.iter().find(|(name, _)| name == "traceparent");
    field.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
}

#[tokio::test]
async fn an_ingress_gateway_believes_no_stranger() {
    let (span, requests) =
        pass("istio-ingress", "ingressgateway", "wasmplugin/ingress-gateway").await;
    assert_eq!(span.kind(), SpanKind::Server);
    assert_ne!(span.trace_id(), TRACE_ID, "the stranger's trace starts anew");
    assert_eq!(span.links()[0].0, TRACE_ID, "with a link to theirs");
    let told: Vec<String> = requests.iter().filter_map(traceparent).collect();
    let context = format!("{}-{}", span.trace_id(), span.span_id());
    assert!(told.iter().any(|told| told.contains(&context)), "the mesh is told {told:?}");
    assert!(!told.last().is_none_or(|told| told.contains(TRACE_ID)), "and not of the stranger");
}

#[tokio::test]
async fn an_egress_gateway_goes_on_with_the_mesh_and_tells_no_stranger() {
    let (span, requests) = pass("istio-egress", "egressgateway", "wasmplugin/egress-gateway").await;
    assert_eq!(span.kind(), SpanKind::Client);
    assert_eq!((span.trace_id(), span.parent_span_id()), (TRACE_ID.into(), PARENT_ID.into()));
    assert_eq!(requests.last().and_then(traceparent), None);
}
