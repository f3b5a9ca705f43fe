//! Problems between options that are each valid alone.

use crate::{Config, Problem, duration};

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
    problems
}
