//! A share of traces, chosen by the randomness of their ids.

/// Number of values that the 56 random bits of a trace id can take.
const RANGE: f64 = (1_u64 << 56) as f64;

/// A sampling ratio from 0 (none) to 1 (all), held as a rejection threshold.
///
/// A trace is kept when the right-most 56 bits of its id are at least the threshold, as in
/// OpenTelemetry's consistent probability sampling: two proxies with the same ratio agree, and
/// a proxy with a lower ratio keeps a subset of what one with a higher ratio keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// `None` keeps nothing.
    threshold: Option<u64>,
}

impl Ratio {
    /// `None` unless `0 <= ratio <= 1`.
    pub fn new(ratio: f64) -> Option<Self> {
        if !(0.0..=1.0).contains(&ratio) {
            return None;
        }
        // In range for u64: the product lies between 0 and 2^56.
        let threshold = ((1.0 - ratio) * RANGE).round() as u64;
        Some(Self { threshold: (ratio > 0.0).then_some(threshold) })
    }

    /// Whether every trace is kept.
    pub fn is_one(self) -> bool {
        self.threshold == Some(0)
    }

    /// Keeps a trace whose randomness reaches the threshold.
    pub fn keeps(self, randomness: u64) -> bool {
        self.threshold.is_some_and(|threshold| randomness >= threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn keeps_from_the_threshold_upwards() {
        let all = (1 << 56) - 1;
        let half = 1 << 55;
        let cases = [
            (1.0, 0, true, "one keeps the lowest"),
            (0.0, all, false, "zero drops even the highest"),
            (0.5, half, true, "exactly the threshold is kept"),
            (0.5, half - 1, false, "just below is not"),
            (0.25, half, false, "a lower ratio keeps a subset"),
            (0.25, 3 << 54, true, "of the higher half"),
            (1e-9, all, true, "a tiny ratio still keeps the top"),
        ];
        for (ratio, randomness, expected, why) in cases {
            assert_eq!(Ratio::new(ratio).unwrap().keeps(randomness), expected, "{why}");
        }
    }

    #[test]
    fn refuses_what_is_no_share() {
        for ratio in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Ratio::new(ratio), None, "{ratio}");
        }
    }
}
