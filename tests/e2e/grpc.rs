//! gRPC calls: names, and the status from trailers or from headers.

use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::json;
use spanmesh_harness::grpc_call;

use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar};

async fn sidecar() -> Sidecar {
    Sidecar::start_with(json!({}), |config| {
        config.http2_cluster("application").http2_cluster("upstream")
    })
    .await
}

#[tokio::test]
async fn the_status_comes_from_trailers_or_headers() {
    let sidecar = sidecar().await;
    // listener, status, in headers alone?, its name, is it an error of this side?
    let cases: [(u16, &str, bool, &str, bool); 6] = [
        (INBOUND, "0", false, "OK", false),
        (INBOUND, "5", false, "NOT_FOUND", false),
        (INBOUND, "14", false, "UNAVAILABLE", true),
        (INBOUND, "13", true, "INTERNAL", true),
        (OUTBOUND, "5", true, "NOT_FOUND", true),
        (OUTBOUND, "0", false, "OK", false),
    ];
    for (listener, status, headers_only, name, is_error) in cases {
        sidecar.collector.clear();
        let mut headers: Vec<(&str, &[u8])> = vec![("x-grpc-status", status.as_bytes())];
        if headers_only {
            headers.push(("x-grpc-trailers-only", b"1"));
        }
        let reply = grpc_call(sidecar.envoy.port(listener), "/shop.Cart/Add", &headers).await;
        assert_eq!(reply.grpc_status.map(|s| s.to_string()).as_deref(), Some(status));
        let span = sidecar.collector.wait_for_spans(1, SOON).await.remove(0);
        let row = format!("{status} on {listener}, headers only: {headers_only}");
        assert_eq!(span.name(), "shop.Cart/Add", "{row}");
        assert_eq!(span.str_attr("rpc.system.name").as_deref(), Some("grpc"), "{row}");
        assert_eq!(span.str_attr("rpc.method").as_deref(), Some("shop.Cart/Add"), "{row}");
        assert_eq!(span.str_attr("rpc.response.status_code").as_deref(), Some(name), "{row}");
        let error = is_error.then_some(name);
        assert_eq!(span.str_attr("error.type").as_deref(), error, "{row}");
        let status = if is_error { StatusCode::Error } else { StatusCode::Unset };
        assert_eq!(span.status(), status, "{row}");
        assert_eq!(span.str_attr("http.request.method"), None, "{row}");
    }
}

#[tokio::test]
async fn a_call_that_finds_no_server_is_unavailable() {
    let sidecar = sidecar().await;
    let Sidecar { envoy, collector, upstream, .. } = sidecar;
    upstream.stop().await;
    let reply = grpc_call(envoy.port(OUTBOUND), "/shop.Cart/Add", &[]).await;
    assert_eq!(reply.grpc_status, Some(14));
    let span = collector.wait_for_spans(1, SOON).await.remove(0);
    assert_eq!(span.str_attr("rpc.response.status_code").as_deref(), Some("UNAVAILABLE"));
    assert_eq!(span.str_attr("error.type").as_deref(), Some("upstream_connection_failure"));
}
