//! What the latencies of a slice come to.

use std::time::Duration;

use crate::report::statistics::median;

/// The stretches of a slice that have a 99th percentile of their own: long enough for an export
/// of 512 spans at 10,000 requests a second, short enough for most of them to be spared by the
/// machine's own hiccups.
const STRETCH: Duration = Duration::from_millis(50);

/// One slice at a fixed pace, in microseconds.
///
/// Virtual machines stop for some milliseconds several times a second when all their cores are
/// busy. That alone makes the 99th percentile of a slice, and hides what a tracer does. So the
/// figure that counts is the median over stretches of 50 ms of the 99th percentile of each. What
/// a tracer does that often, such as an export at 100 %, is in it; what happens less often is in
/// the whole slice's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// Half of the requests were faster.
    pub p50_us: f64,
    /// One in a hundred was slower, in the median stretch.
    pub p99_us: f64,
    /// One in a hundred was slower, of the whole slice.
    pub p99_whole_us: f64,
}

impl Latency {
    /// Of latencies in nanoseconds, in the order of arrival at `rate` requests a second. `None`
    /// of less than a stretch.
    pub fn of(mut latencies: Vec<u64>, rate: f64) -> Option<Latency> {
        let stretch = (rate * STRETCH.as_secs_f64()) as usize;
        let stretches = latencies.chunks_exact_mut(stretch.max(1));
        let p99s: Vec<f64> = stretches.filter_map(|stretch| quantile_us(stretch, 0.99)).collect();
        if p99s.is_empty() {
            return None;
        }
        Some(Latency {
            p50_us: quantile_us(&mut latencies, 0.5)?,
            p99_us: median(&p99s),
            p99_whole_us: quantile_us(&mut latencies, 0.99)?,
        })
    }
}

/// Sorts, and picks.
fn quantile_us(latencies: &mut [u64], quantile: f64) -> Option<f64> {
    latencies.sort_unstable();
    let index = (latencies.len() as f64 * quantile) as usize;
    latencies.get(index).map(|nanoseconds| *nanoseconds as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hiccup_does_not_reach_the_median_stretch_but_regular_stalls_do() {
        let hiccup = |index: usize| if (4000..4200).contains(&index) { 5_000_000 } else { 100_000 };
        let stalls = |index: usize| if index % 512 < 16 { 3_000_000 } else { 100_000 };
        let at_10_000 = |latency: fn(usize) -> u64| {
            Latency::of((0..10_000).map(latency).collect(), 10_000.0).unwrap()
        };
        let expected = Latency { p50_us: 100.0, p99_us: 100.0, p99_whole_us: 5000.0 };
        assert_eq!(at_10_000(hiccup), expected);
        let expected = Latency { p50_us: 100.0, p99_us: 3000.0, p99_whole_us: 3000.0 };
        assert_eq!(at_10_000(stalls), expected);
    }

    #[test]
    fn less_than_a_stretch_says_nothing() {
        assert_eq!(Latency::of(vec![1; 499], 10_000.0), None);
    }
}
