//! The manifests of `istio/`, applied with kubectl, and the trace that comes of them.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::json;
use spanmesh_harness::ReceivedSpan;

use crate::support::{Account, Shop};

/// One checkout through the gateway, both sides of the cart and the payment.
pub fn assert_is_one_right_trace(spans: &[ReceivedSpan], namespace: &str) {
    let hops: Vec<_> = spans.iter().map(|span| (span.service(), span.kind())).collect();
    let expected = [
        ("gateway", SpanKind::Server),
        ("cart", SpanKind::Server),
        ("cart", SpanKind::Client),
        ("payment", SpanKind::Server),
    ];
    assert_eq!(hops, expected.map(|(service, kind)| (service.to_owned(), kind)));
    assert_eq!(spans[0].parent_span_id(), "", "the gateway begins it");
    for (parent, child) in spans.iter().zip(&spans[1..]) {
        assert_eq!(child.parent_span_id(), parent.span_id(), "{:?}", child.service());
    }
    for span in spans {
        let of_resource = |key| span.resource_attr(key).unwrap_or_default();
        assert_eq!(of_resource("k8s.namespace.name"), namespace);
        assert_eq!(of_resource("k8s.pod.name"), format!("{}-0", span.service()));
        assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    }
}

#[tokio::test]
async fn a_wasm_plugin_makes_one_right_trace_of_a_checkout() {
    let shop = Shop::start("plugin").await;
    shop.install("wasmplugin", json!({"sampler": "always_on"})).await;
    assert_is_one_right_trace(&shop.wait_until_traced().await, "plugin");
    let account = Account::settled(&shop.proxies()).await;
    assert_eq!((account.dropped(), account.count("host_errors")), (0, 0), "{account:?}");
}

#[tokio::test]
async fn a_traffic_extension_makes_the_same() {
    let shop = Shop::start("extension").await;
    shop.install("trafficextension", json!({"sampler": "always_on"})).await;
    assert_is_one_right_trace(&shop.wait_until_traced().await, "extension");
}
