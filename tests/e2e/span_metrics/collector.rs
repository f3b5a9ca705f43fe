//! With every span exported, the Collector's own span metrics are the same.

use std::collections::BTreeMap;

use serde_json::json;
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Envoy, MetricsPage, OtelCollector, OtelcolConfig, SECONDS};

use super::counts::{drive, options, prepared};
use super::{CALLS, DURATION, Series, settled};

/// The Collector's calls of each series. It adds labels of its own, the service among them.
fn calls(page: &MetricsPage) -> BTreeMap<Series, u64> {
    let series = page.of(CALLS).map(|(labels, count)| {
        let label = |name: &str| labels[name].clone();
        assert_eq!(label("service_name"), "checkout", "{labels:?}");
        ((label("span_name"), label("span_kind"), label("status_code")), count as u64)
    });
    series.collect()
}

#[tokio::test]
async fn the_collector_counts_the_same() {
    let (config, parts) = prepared(options(json!({"sampler": "always_on"}))).await;
    let forwarding = OtelcolConfig::forwarding_to(&parts.collector).span_metrics();
    let _collector = OtelCollector::start(&forwarding.json()).await;
    let config = config.map_port(4318, forwarding.otlp_http_port());
    let sidecar = parts.around(Envoy::builder(config).start().await);
    let requests = drive(&sidecar).await;
    let ours = settled(&sidecar.envoy, requests).await;
    let mut theirs = MetricsPage::default();
    let mut looks = Looks::within(20 * SECONDS);
    while looks.another().await && calls(&theirs).values().sum::<u64>() < requests {
        theirs = MetricsPage::parse(&forwarding.metrics_page().await);
    }
    assert_eq!(calls(&theirs), ours);

    // Name, kind and buckets are the same too, so that one dashboard shows both.
    let page = sidecar.envoy.metrics_page().await;
    for name in [CALLS, DURATION] {
        assert_eq!(page.types[name], theirs.types[name], "{name}");
    }
    let bounds = |page: &MetricsPage| {
        let buckets = format!("{DURATION}_bucket");
        let mut bounds: Vec<String> = page.of(&buckets).map(|(l, _)| l["le"].clone()).collect();
        bounds.sort();
        bounds.dedup();
        bounds
    };
    assert_eq!(bounds(&page), bounds(&theirs));
    for (labels, sum) in theirs.of(&format!("{DURATION}_sum")) {
        let mut labels = labels.clone();
        labels.retain(|name, _| ["span_name", "span_kind", "status_code"].contains(&name.as_str()));
        let key = (format!("{DURATION}_sum"), labels);
        let (ours, count) =
            (page.samples[&key], page.samples[&(format!("{DURATION}_count"), key.1.clone())]);
        // Whole milliseconds, of which Envoy keeps two digits.
        assert!((ours - sum).abs() <= count + 0.06 * sum, "{key:?}: {ours}, not {sum}");
    }
}
