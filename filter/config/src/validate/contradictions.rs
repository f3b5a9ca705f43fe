//! Problems between options that are each valid alone.

use crate::{Config, Problem, duration};
use spanmesh_core::rules::TextMatcher;
use spanmesh_core::trust::Trust;

/// Problems between options that are each valid alone.
pub fn contradictions(config: &Config) -> Vec<Problem> {
    let (batch, retry) = (&config.batch, &config.retry);
    let seconds = |nanos: u64| duration::words(nanos / 1_000_000);
    let mut problems = Vec::new();
    let mut smaller = |path: &str, value: String, limit: &str, bound: String| {
        let reason = format!("must not be more than {limit} ({bound}), found {value}");
        problems.push(Problem::new(path, reason));
    };
    if batch.max_export_batch_size > batch.max_queue_size {
        let (value, bound) = (batch.max_export_batch_size, batch.max_queue_size);
        smaller(
            "batch.max_export_batch_size",
            value.to_string(),
            "max_queue_size",
            bound.to_string(),
        );
    }
    if batch.max_export_batch_bytes > batch.max_queue_bytes {
        let (value, bound) = (batch.max_export_batch_bytes, batch.max_queue_bytes);
        smaller(
            "batch.max_export_batch_bytes",
            value.to_string(),
            "max_queue_bytes",
            bound.to_string(),
        );
    }
    if retry.initial_interval > retry.max_interval {
        let (value, bound) = (seconds(retry.initial_interval), seconds(retry.max_interval));
        smaller("retry.initial_interval", value, "max_interval", bound);
    }
    problems.extend(same_cluster_twice(config));
    problems.extend(empty_secrets("inbound", config.trust.inbound.as_ref()));
    problems.extend(empty_secrets("outbound", Some(&config.trust.outbound)));
    problems
}

fn same_cluster_twice(config: &Config) -> Option<Problem> {
    let [first, failover] = config.exporter.clusters.as_slice() else { return None };
    (first.name == failover.name)
        .then(|| Problem::new(failover.option, "must not be the cluster that it stands in for"))
}

/// Secrets by which strangers are trusted, and that are empty, as where a variable of the environment
/// is not set: everybody can send those.
fn empty_secrets(side: &str, trust: Option<&Trust>) -> Vec<Problem> {
    let Some(Trust::Edge(edge)) = trust else { return Vec::new() };
    let is_empty =
        |matcher: &TextMatcher| matches!(matcher, TextMatcher::Exact(text) if text.is_empty());
    let bad = edge.except.headers.iter().filter(|(_, wanted)| wanted.0.iter().any(is_empty));
    let path = |name: &str| ["trust.", side, ".edge.except.header.", name].concat();
    bad.map(|(name, _)| Problem::new(path(name), "must not be empty")).collect()
}
