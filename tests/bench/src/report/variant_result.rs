//! What was measured of one variant, over all its processes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::statistics::{Spread, median, to_thousandths};
use crate::generation::Run;
use crate::variant::Variant;

/// The figures of one variant. "Added" is the median over rounds of the difference to `none` in
/// the same round; each [`Spread`] is over processes.
#[derive(Clone, Debug, Serialize)]
pub struct VariantResult {
    /// Its name in options and results.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// CPU time of Envoy for a request, in microseconds.
    pub cpu_us: Spread,
    /// The same of every slice, by process, in the order of rounds.
    pub cpu_us_slices: Vec<Vec<f64>>,
    /// What of it the tracing adds.
    pub added_cpu_us: Option<Spread>,
    /// The median added CPU time divided by that of another variant.
    pub added_cpu_ratio_to: BTreeMap<&'static str, f64>,
    /// Requests a second at full load.
    pub throughput_rps: Spread,
    /// The share of its core that Envoy had at full load.
    pub utilisation: Spread,
    /// Latency at half load, in microseconds.
    pub latency_us: Quantiles,
    /// What of it the tracing adds.
    pub added_latency_us: Option<Quantiles>,
    /// Requests answered.
    pub requests: u64,
    /// Requests that reached the upstream with a sampled `traceparent`.
    pub sampled: u64,
    /// Spans received by the sink; as many as were sampled, or the run would have failed.
    pub spans: u64,
    /// Export requests received by the sink.
    pub exports: u64,
    /// Export requests for a thousand spans.
    pub exports_per_1000_spans: Option<f64>,
    /// Mean size of a span on the wire, envelope included.
    pub bytes_per_span: Option<f64>,
}

/// The median and the 99th percentile.
#[derive(Clone, Debug, Serialize)]
pub struct Quantiles {
    /// Half of the requests were faster.
    pub p50: Spread,
    /// One in a hundred was slower, in the median stretch of 50 ms.
    pub p99: Spread,
    /// One in a hundred was slower, in a whole slice.
    pub p99_whole: Spread,
}

// === impl VariantResult ===

impl VariantResult {
    /// From the runs of a variant and those of `none` in the same generations.
    pub(super) fn of(variant: Variant, runs: &[&Run], none: Option<&[&Run]>) -> VariantResult {
        let total = |count: fn(&Run) -> u64| runs.iter().map(|run| count(run)).sum::<u64>();
        let (spans, exports) = (total(|run| run.tally.spans), total(|run| run.tally.exports));
        let bytes = total(|run| run.tally.export_bytes);
        let per_span = |value: f64| (spans > 0).then(|| to_thousandths(value / spans as f64));
        VariantResult {
            name: variant.name,
            title: variant.title,
            cpu_us: over_rounds(runs, cpu),
            cpu_us_slices: runs.iter().map(|run| rounded(cpu(run))).collect(),
            added_cpu_us: none.map(|none| difference(runs, none, cpu)),
            added_cpu_ratio_to: BTreeMap::new(),
            throughput_rps: over_rounds(runs, |run| collect(&run.slices, |it| it.throughput)),
            utilisation: over_rounds(runs, |run| collect(&run.slices, |it| it.utilisation)),
            latency_us: Quantiles {
                p50: over_rounds(runs, p50),
                p99: over_rounds(runs, p99),
                p99_whole: over_rounds(runs, p99_whole),
            },
            added_latency_us: none.map(|none| Quantiles {
                p50: difference(runs, none, p50),
                p99: difference(runs, none, p99),
                p99_whole: difference(runs, none, p99_whole),
            }),
            requests: total(|run| run.completed),
            sampled: total(|run| run.tally.sampled),
            spans,
            exports,
            exports_per_1000_spans: per_span(1e3 * exports as f64),
            bytes_per_span: per_span(bytes as f64),
        }
    }
}

fn cpu(run: &Run) -> Vec<f64> {
    collect(&run.slices, |slice| slice.cpu_us)
}

fn p50(run: &Run) -> Vec<f64> {
    collect(&run.latencies, |latency| latency.p50_us)
}

fn p99(run: &Run) -> Vec<f64> {
    collect(&run.latencies, |latency| latency.p99_us)
}

fn p99_whole(run: &Run) -> Vec<f64> {
    collect(&run.latencies, |latency| latency.p99_whole_us)
}

fn collect<T>(rounds: &[T], figure: impl Fn(&T) -> f64) -> Vec<f64> {
    rounds.iter().map(figure).collect()
}

fn rounded(values: Vec<f64>) -> Vec<f64> {
    values.into_iter().map(to_thousandths).collect()
}

/// The spread over processes of the median over rounds.
fn over_rounds(runs: &[&Run], figures: impl Fn(&Run) -> Vec<f64>) -> Spread {
    Spread::of(runs.iter().map(|run| median(&figures(run))).collect())
}

/// The same of the differences within each round.
fn difference(runs: &[&Run], none: &[&Run], figures: impl Fn(&Run) -> Vec<f64>) -> Spread {
    let pairs = runs.iter().zip(none);
    let medians = pairs.map(|(run, none)| {
        let rounds = figures(run).into_iter().zip(figures(none));
        median(&rounds.map(|(with, without)| with - without).collect::<Vec<f64>>())
    });
    Spread::of(medians.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Slice;
    use crate::variant::VARIANTS;
    use crate::world::Tally;

    fn run(cpu_us: &[f64]) -> Run {
        let slice = |cpu_us: &f64| Slice { cpu_us: *cpu_us, throughput: 1.0, utilisation: 1.0 };
        let tally = Tally { spans: 1000, exports: 2, ..Tally::default() };
        Run { slices: cpu_us.iter().map(slice).collect(), latencies: vec![], tally, completed: 0 }
    }

    #[test]
    fn differences_are_taken_within_rounds() {
        // A machine that is slower in the second round, and a process that is slower throughout.
        let none = [run(&[40.0, 50.0, 41.0]), run(&[45.0, 45.0, 45.0])];
        let with = [run(&[60.0, 70.0, 61.0]), run(&[68.0, 66.0, 67.0])];
        let (none, with): (Vec<_>, Vec<_>) = (none.iter().collect(), with.iter().collect());
        let result = VariantResult::of(VARIANTS[4], &with, Some(&none));
        let added = result.added_cpu_us.unwrap();
        assert_eq!(added.processes, [20.0, 22.0]);
        assert_eq!(added.median, 21.0);
        assert_eq!(result.exports_per_1000_spans, Some(2.0));
    }
}
