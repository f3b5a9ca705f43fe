//! Waiting times between tries.

/// When to try again; all times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// Longest wait after the first failure.
    pub initial_interval: u64,
    /// Longest wait after any failure.
    pub max_interval: u64,
    /// Time from the first try after which a batch is dropped.
    pub max_elapsed_time: u64,
}

impl RetrySettings {
    /// The wait after `failures` in a row: an interval that doubles from `initial_interval` to
    /// `max_interval`, [`spread`]. So proxies that failed together do not come back together.
    pub fn back_off(&self, failures: u32, jitter: u32) -> u64 {
        let doublings = failures.saturating_sub(1).min(32);
        let interval = self.initial_interval.saturating_mul(1 << doublings).min(self.max_interval);
        spread(interval, jitter)
    }
}

/// Between a half and the whole of `interval`, as `jitter` (any random number) has it.
pub fn spread(interval: u64, jitter: u32) -> u64 {
    let half = interval / 2;
    half + ((u128::from(interval - half) * u128::from(jitter)) >> u32::BITS) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn doubles_up_to_the_maximum_with_jitter_over_the_upper_half() {
        let settings =
            RetrySettings { initial_interval: 1_000, max_interval: 30_000, max_elapsed_time: 0 };
        let cases = [
            (1, 0, 500),
            (1, u32::MAX, 999),
            (2, 0, 1_000),
            (3, 0, 2_000),
            (5, u32::MAX, 15_999),
            (6, 0, 15_000),
            (6, u32::MAX, 29_999),
            (1_000, 1 << 31, 22_500),
        ];
        for (failures, jitter, expected) in cases {
            assert_eq!(
                settings.back_off(failures, jitter),
                expected,
                "{failures} failures, {jitter}"
            );
        }
    }
}
