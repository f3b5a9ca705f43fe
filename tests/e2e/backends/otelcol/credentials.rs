//! Who may send spans, and that secrets stay secret.

use spanmesh_harness::{Collector, OtelCollector, OtelcolConfig};

use super::super::compare::assert_same;
use super::super::otlp_form;
use super::super::traffic::{COUNT, Traffic, reference};
use super::{GRPC, HTTP, ZIPKIN};
use crate::support::SOON;

#[tokio::test]
async fn basic_authentication_lets_spans_in() {
    let sink = Collector::start_unchecked("the Collector wrote them").await;
    let config = OtelcolConfig::forwarding_to(&sink).basic_auth("user", "pass:w0rd");
    let _collector = OtelCollector::start(&config.json()).await;
    let reference = reference().await;
    // "user:pass:w0rd" in base64.
    let authorization = "Basic dXNlcjpwYXNzOncwcmQ=";
    for transport in [HTTP, GRPC] {
        sink.clear();
        let sidecar = transport.sidecar(&config, authorization).await;
        let traffic = Traffic::send(&sidecar).await;
        let spans = sink.wait_for_spans(COUNT, SOON).await;
        assert_same(&otlp_form::spans(&spans, &traffic), reference, &format!("{transport:?}"));
        assert!(!sidecar.envoy.stop().await.contains("dXNlcjpw"), "the password was logged");
    }
}

/// The answers are 401, or UNAUTHENTICATED: nothing to be tried again.
#[tokio::test]
async fn a_wrong_token_is_no_secret_either() {
    const WRONG: &str = "wr0ng.t0k3n";
    let sink = Collector::start_unchecked("the Collector wrote them").await;
    let config = OtelcolConfig::forwarding_to(&sink).bearer_token("r1ght.t0k3n");
    let collector = OtelCollector::start(&config.json()).await;
    for (transport, answer) in [
        (HTTP, "the backend answered 401"),
        (GRPC, "the call ended with gRPC status 16"),
        (ZIPKIN, "the backend answered 401"),
    ] {
        let sidecar = transport.sidecar(&config, &format!("Bearer {WRONG}")).await;
        Traffic::send_to_any(&sidecar).await;
        let account = sidecar.settled(COUNT as u64).await;
        account.check();
        let what = format!("{transport:?}");
        assert_eq!(account.of("spans_dropped_not_retryable"), COUNT as u64, "{what}");
        assert_eq!(account.of("export_attempts"), account.of("export_failures"), "{what}");
        let option = format!("spanmesh: exporter.{}.cluster", transport.exporter);
        let line = sidecar.envoy.wait_for_log(&option, SOON).await;
        assert!(line.contains(answer), "{what}: {line}");
        let log = sidecar.envoy.stop().await;
        assert!(!log.contains(WRONG), "{what}: {log}");
    }
    assert_eq!(sink.span_count(), 0, "{}", collector.log());
}
