//! Everything that `istio/` ships, together, as it is: the mesh configuration, the plugin for the
//! whole mesh, Istio's own tracing off, and a collector that takes nothing but mTLS.

use std::fs;

use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Allowance, Collector, MetricsPage, SECONDS, paths};
use spanmesh_mesh::{ControlPlane, Kubectl, Manifests, Pod, Workload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::install::assert_is_one_right_trace;
use crate::live::assert_nothing_lost;
use crate::support::{COLLECTOR_PORT, SOON, Shop, cluster};

const COLLECTORS: &str = "observability";

/// The mesh configuration of all three files, and a mesh that lets nothing pass that it does not know.
fn mesh_config() -> Value {
    let mut mesh = json!({"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}});
    for file in ["mesh-config", "access-log", "span-metrics"] {
        let text = fs::read_to_string(paths::repository().join(format!("istio/{file}.yaml")));
        let values: Value = serde_yaml_ng::from_str(&text.expect("shipped")).expect("YAML");
        spanmesh_mesh::istiod::merge(&mut mesh, &values["meshConfig"]);
    }
    mesh
}

async fn apply(kubectl: &Kubectl, option: &str, file: &str) {
    let path = paths::repository().join("istio").join(file);
    kubectl.must(&["apply", option, path.to_str().expect("a path in UTF-8")]).await;
}

/// A collector with a sidecar, under `istio/collector/strict-mtls`.
async fn start_collector(plane: &ControlPlane) -> (Collector, Pod, String) {
    plane.create_namespace(COLLECTORS).await;
    apply(plane.kubectl(), "-k", "collector/strict-mtls").await;
    let collector = Collector::start().await;
    let tags = ["mesh.zone", "tenant"];
    collector.allow(Allowance::attributes(&tags, "customTags of istio/mesh-config.yaml"));
    let workload = Workload::new(COLLECTORS, "otel-collector", collector.port())
        .port(COLLECTOR_PORT)
        .pod(|pod| pod.proxy_config(json!({"proxyMetadata": {"OTEL_SDK_DISABLED": "true"}})));
    let address = workload.address();
    let pod = workload.start(plane.kubectl()).await;
    (collector, pod, address)
}

#[tokio::test]
async fn the_shipped_files_work_together_under_strict_mtls() {
    // For as long as the process lives, like the other one.
    let plane: &'static ControlPlane =
        Box::leak(Box::new(ControlPlane::start(mesh_config()).await));
    apply(plane.kubectl(), "-f", "telemetry.yaml").await;
    let strict = json!({
        "apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication",
        "metadata": {"name": "default", "namespace": "istio-system"},
        "spec": {"mtls": {"mode": "STRICT"}},
    });
    plane.kubectl().apply(&strict.to_string()).await;
    let (collector, collector_pod, address) = start_collector(plane).await;

    plane.create_namespace("shop").await;
    let shop = Shop::start_in(plane, "shop", (COLLECTORS, collector), |_, pod| pod).await;
    let digest = plane.registry().push(&paths::module(), "v1").await;
    let url = plane.registry().url("v1");
    let manifests = Manifests::with_settings(&url, &digest, &cluster(COLLECTORS));
    manifests.apply(plane.kubectl(), "wasmplugin/mesh").await;

    let trace = shop.wait_until_traced().await;
    assert_is_one_right_trace(&trace, "shop");
    for span in &trace {
        assert_eq!(span.resource_attr("deployment.environment.name").as_deref(), Some("prod"));
        assert_eq!(span.resource_attr("k8s.cluster.name").as_deref(), Some("eu-1"));
        assert_eq!(span.str_attr("mesh.zone").as_deref(), Some("eu-1"), "a literal tag");
        assert_eq!(span.str_attr("tenant").as_deref(), Some("none"), "of no header");
    }
    assert_plain_text_is_refused(&address).await;
    assert_native_tracing_is_off(&shop).await;

    let more = json!({"spec": {"pluginConfig": {
        "filter_state": true, "span_metrics": {}, "sampler": "always_on",
    }}});
    plane.kubectl().patch("istio-system", "wasmplugin/spanmesh", &more).await;
    assert_access_logs_lead_to_traces(&shop).await;
    assert_spans_are_measured(&shop).await;
    assert_nothing_lost(&shop).await;
    assert!(collector_pod.stats().await.get("spans_created").is_none_or(|n| *n == 0));
}

/// Spans have arrived, and whoever does not speak TLS with a certificate of the mesh gets no word.
async fn assert_plain_text_is_refused(collector: &str) {
    let mut plain = TcpStream::connect(collector).await.expect("the sidecar listens");
    plain
        .write_all(b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let result = plain.read_to_end(&mut answer).await;
    assert!(
        result.is_err() || answer.is_empty(),
        "plain text: {}",
        String::from_utf8_lossy(&answer)
    );
}

/// No connection manager has a tracer, not even istiod's default one without a provider.
async fn assert_native_tracing_is_off(shop: &Shop) {
    for pod in shop.proxies() {
        let listeners = pod.admin("/config_dump?resource=dynamic_listeners").await;
        assert!(listeners.contains("http_connection_manager"), "{listeners}");
        assert!(!listeners.contains("\"tracing\""), "{listeners}");
    }
}

/// The line of the gateway about a request has the ids of the gateway's span.
async fn assert_access_logs_lead_to_traces(shop: &Shop) {
    let mut looks = Looks::within(SOON);
    while looks.another().await {
        shop.check_out().await;
        tokio::time::sleep(SECONDS / 5).await;
        let log = shop.gateway.log();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let sampled: Vec<Value> = lines.filter(|line| line["sampled"] == "true").collect();
        for trace in shop.whole_traces() {
            let names = |line: &&Value| {
                line["trace_id"] == *trace[0].trace_id() && line["span_id"] == *trace[0].span_id()
            };
            if let Some(line) = sampled.iter().find(names) {
                assert_eq!(line["path"], "/checkout", "{line}");
                return;
            }
        }
    }
    panic!("no line leads to a trace:\n{}", shop.gateway.log());
}

/// Span metrics have the labels that `span-metrics.yaml` asks Istio's bootstrap for.
async fn assert_spans_are_measured(shop: &Shop) {
    let mut looks = Looks::within(SOON);
    while looks.another().await {
        shop.check_out().await;
        let page = MetricsPage::parse(&shop.cart.admin("/stats/prometheus").await);
        let calls = page.of("traces_span_metrics_calls_total");
        for (labels, _) in calls {
            if labels.get("span_kind").map(String::as_str) == Some("SPAN_KIND_SERVER") {
                assert_eq!(labels.get("span_name").map(String::as_str), Some("POST"));
                assert_eq!(
                    labels.get("status_code").map(String::as_str),
                    Some("STATUS_CODE_UNSET")
                );
                return;
            }
        }
    }
    panic!("no span metrics in:\n{}", shop.cart.admin("/stats/prometheus").await);
}
