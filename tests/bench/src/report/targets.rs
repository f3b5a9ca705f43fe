//! What the filter is to reach, and whether it did.

use serde::Serialize;

use super::results::Results;
use super::statistics::to_thousandths;

/// One target.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
    /// What is measured, with its unit.
    pub what: &'static str,
    /// What was found.
    pub found: f64,
    /// The most it may be.
    pub limit: f64,
    /// Whether it is within the limit.
    pub met: bool,
}

impl Target {
    /// Those that the measured variants say something about.
    pub(super) fn all(results: &Results) -> Vec<Target> {
        let full = results.variant("spanmesh-100");
        let ratio_to = |name: &str| full?.added_cpu_ratio_to.get(name).copied();
        let added_p99 = || Some(full?.added_latency_us.as_ref()?.p99.median / 1e3);
        let memory = || Some(results.vm_memory?.full_queue_bytes as f64 / f64::from(1 << 20));
        let targets = [
            ("added CPU at 100 %, × native default", ratio_to("native"), 0.75),
            ("added CPU at 100 %, × native tuned", ratio_to("native-tuned"), 1.0),
            ("added p99 latency at half load, ms", added_p99(), 0.1),
            ("export requests per 1,000 spans", full.and_then(|it| it.exports_per_1000_spans), 2.0),
            ("VM memory with a full queue, MiB", memory(), 8.0),
        ];
        let known = targets.into_iter().filter_map(|(what, found, limit)| {
            let found = to_thousandths(found?);
            Some(Target { what, found, limit, met: found <= limit })
        });
        known.collect()
    }
}
