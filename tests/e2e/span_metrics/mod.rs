//! Metrics of all requests, as Prometheus scrapes them from Envoy.

mod collector;
mod counts;
mod documented;
mod limits;
mod names;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spanmesh_harness::prometheus::Labels;
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Envoy, EnvoyConfig, MetricsPage};

use crate::support::{Parts, SOON, Sidecar, plugin};

pub const CALLS: &str = "traces_span_metrics_calls_total";
pub const DURATION: &str = "traces_span_metrics_duration_milliseconds";

/// Span name, kind and status of a series; the overflow has an empty name.
pub type Series = (String, String, String);

/// The documented file with these options beside span metrics, and with what stands around.
pub async fn config(more: Value) -> (EnvoyConfig, Parts) {
    let (config, parts) = Parts::start_for("envoy-config/span-metrics.yaml").await;
    let config = config
        .http2_cluster("application")
        .http2_cluster("upstream")
        .set("/stats_flush_interval", "0.1s")
        .plugin_configuration(&plugin_of(more).to_string());
    (config, parts)
}

/// A plugin configuration with these options beside span metrics.
pub fn plugin_of(more: Value) -> Value {
    let mut options = plugin(json!({"span_metrics": {}}));
    for (key, value) in more.as_object().unwrap() {
        options[key] = value.clone();
    }
    options
}

/// A sidecar of [`config`], adjusted.
pub async fn sidecar(more: Value, adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig) -> Sidecar {
    let (config, parts) = config(more).await;
    parts.around(Envoy::builder(adjust(config)).start().await)
}

/// The calls of each series, once there are so many and a duration for each. Envoy merges what its
/// workers measured now and then.
pub async fn settled(envoy: &Envoy, requests: u64) -> BTreeMap<Series, u64> {
    let mut last = BTreeMap::new();
    let mut looks = Looks::within(SOON);
    while looks.another().await {
        let page = envoy.metrics_page().await;
        last = calls(&page);
        if last.values().sum::<u64>() >= requests && durations(&page) == last {
            assert_eq!(last.values().sum::<u64>(), requests, "{last:#?}");
            return last;
        }
    }
    panic!("no {requests} calls with durations, but {last:#?}")
}

/// The calls of each series.
pub fn calls(page: &MetricsPage) -> BTreeMap<Series, u64> {
    page.of(CALLS).map(|(labels, count)| (series(labels), count as u64)).collect()
}

fn durations(page: &MetricsPage) -> BTreeMap<Series, u64> {
    let counts = format!("{DURATION}_count");
    page.of(&counts).map(|(labels, count)| (series(labels), count as u64)).collect()
}

/// Which series these labels make. Panics at any others.
fn series(labels: &Labels) -> Series {
    let labels: Vec<(&str, &str)> = labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    match labels[..] {
        [("span_kind", kind), ("span_name", name), ("status_code", status)] => {
            (name.into(), kind.into(), status.into())
        }
        [("otel_metric_overflow", "true")] => Series::default(),
        _ => panic!("labels of span metrics: {labels:?}"),
    }
}
