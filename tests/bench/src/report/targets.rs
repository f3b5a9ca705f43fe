//! What the filter is to reach, and whether it did.

use serde::Serialize;

use super::results::Results;
use super::statistics::to_thousandths;
use crate::variant::FULL_SAMPLING;

/// The share of requests that are unsampled where 10 % of new traces are sampled.
const UNSAMPLED_AT_10: f64 = 0.9;

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
        let ratio =
            |name: &str, to: &str| results.variant(name)?.added_cpu_ratio_to.get(to).copied();
        let added = |name: &str| Some(results.variant(name)?.added_cpu_us.as_ref()?.median);
        let more = |with: &str, without: &str| Some(added(with)? - added(without)?);
        let full = results.variant(FULL_SAMPLING.name);
        let p99 = || Some(full?.added_latency_us.as_ref()?.p99.median / 1e3);
        let p50 = || Some(full?.added_latency_us.as_ref()?.p50.median / 1e3);
        let unsampled = ratio("spanmesh-unsampled-parent", "native");
        let routes = || Some(added("spanmesh-routes-1000")? / added(FULL_SAMPLING.name)?);
        let memory =
            || Some(results.asides.vm_memory?.full_queue_bytes as f64 / f64::from(1 << 20));
        let exports = full.and_then(|it| it.exports_per_1000_spans);
        let keep_new = more("spanmesh-10-keep", "spanmesh-10").map(|more| more / UNSAMPLED_AT_10);
        let keep_joined = more("spanmesh-unsampled-parent-keep", "spanmesh-unsampled-parent");
        let formats = more("spanmesh-formats", FULL_SAMPLING.name);
        let formats_read = more("spanmesh-read-all", FULL_SAMPLING.name);
        let rules = || Some(added("spanmesh-rules-1000")? / added("spanmesh-rules-1")?);
        let bytes = |name: &str| results.variant(name)?.bytes_per_span;
        let wire = |name: &str| Some(bytes(name)? / bytes("native")?);
        let down = || Some(1.0 - results.asides.collector_down?.throughput_ratio);
        let targets = [
            ("added CPU at 100 %, × native default", ratio("spanmesh-100", "native"), 0.5),
            ("added CPU at 100 %, × native tuned", ratio("spanmesh-100", "native-tuned"), 0.7),
            ("added CPU at 10 %, × native at 10 %", ratio("spanmesh-10", "native-10"), 1.0),
            ("added CPU with an unsampled parent, × native default", unsampled, 0.7),
            ("keep rules at 10 %, added µs per unsampled request", keep_new, 4.0),
            ("keep rules, unsampled parent, added µs per request", keep_joined, 4.0),
            ("added CPU with 1,000 rules, × 1 rule", rules(), 1.2),
            ("all formats read, added µs per request", formats_read, 2.0),
            ("all formats read and written, added µs per request", formats, 2.0),
            ("added CPU with 1,000 route templates, × none", routes(), 1.1),
            ("added p50 latency at half load, ms", p50(), 0.03),
            ("added p99 latency at half load, ms", p99(), 0.1),
            ("export requests per 1,000 spans", exports, 2.0),
            ("bytes per span, × native", wire("spanmesh-100"), 1.0),
            ("bytes per span with gzip, × native", wire("spanmesh-gzip"), 0.6),
            ("throughput lost with the collector down, share", down(), 0.03),
            ("VM memory with a full queue, MiB", memory(), 8.0),
        ];
        let known = targets.into_iter().filter_map(|(what, found, limit)| {
            let found = to_thousandths(found?);
            Some(Target { what, found, limit, met: found <= limit })
        });
        known.collect()
    }
}
