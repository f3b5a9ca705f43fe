//! The dashboard, the alerts and the scrape configuration of `examples/metrics`: read by parsers that
//! are not ours, and about metrics that exist.

mod alerts;
mod dashboard;
mod promql;
mod scrape;

use std::collections::BTreeSet;
use std::fs;

use spanmesh_core::counters::{CONFIGURATION_REFUSED, Counter, SPANS_QUEUED};
use spanmesh_core::span_metrics::{CALLS, DURATION};
use spanmesh_harness::paths::repository;

/// What the reasons of dropped spans are a label of.
const DROPPED: &str = "spanmesh_spans_dropped";
/// Histograms, each of which is three metrics.
const HISTOGRAMS: [&str; 3] =
    [DURATION, "spanmesh_export_duration_milliseconds", "spanmesh_export_batch_size"];
const OTHERS: [&str; 4] = [CALLS, SPANS_QUEUED, CONFIGURATION_REFUSED, "envoy_server_concurrency"];
/// Labels that Prometheus gives every series.
const OF_TARGETS: [&str; 2] = ["job", "instance"];

fn read(name: &str) -> String {
    let path = repository().join("examples/metrics").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The labels of a metric; `None`: there is no such metric.
fn labels_of(metric: &str) -> Option<BTreeSet<&'static str>> {
    let of_spans = ["span_name", "span_kind", "status_code", "otel_metric_overflow"];
    let mut labels = BTreeSet::from(OF_TARGETS);
    let histogram = HISTOGRAMS.iter().find_map(|name| Some((*name, metric.strip_prefix(name)?)));
    if metric == CALLS || histogram.is_some_and(|(name, _)| name == DURATION) {
        labels.extend(of_spans);
    }
    match histogram.map(|(_, part)| part) {
        Some("_bucket") => _ = labels.insert("le"),
        Some("_sum" | "_count") => {}
        Some(_) => return None,
        None if metric == DROPPED => _ = labels.insert("reason"),
        None if OTHERS.contains(&metric) => {}
        None => {
            let mut names = Counter::ALL.into_iter().map(Counter::name);
            // Those have a reason, and are one metric.
            let is_known = names.any(|name| name == metric) && !metric.starts_with(DROPPED);
            return is_known.then_some(labels);
        }
    }
    Some(labels)
}
