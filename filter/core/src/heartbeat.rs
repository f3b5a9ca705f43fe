//! Whether a plugin works anywhere in this process: instances that do say so in shared data.

use crate::shared_data::SharedData;

/// Nanoseconds between two beats: half the longest time between two ticks, so that each of those may
/// bring one.
const INTERVAL: u64 = 500_000_000;
/// Nanoseconds after which no instance works any more: two beats may come late.
const MAX_AGE: u64 = 3_000_000_000;

/// What an instance knows of its plugin's heartbeat.
#[derive(Debug, Default)]
pub struct Heartbeat {
    key: String,
    last: u64,
}

// === impl Heartbeat ===

impl Heartbeat {
    /// That of the plugin of this name; the instance does not work yet.
    pub fn new(plugin: &str) -> Self {
        Self { key: ["spanmesh.heartbeat/", plugin].concat(), last: 0 }
    }

    /// Says that this instance works, unless it has just said so: then `false`. `now` is the time of
    /// day in nanoseconds, which may be set back.
    pub fn beat(&mut self, now: u64, shared: &dyn SharedData) -> bool {
        if now.abs_diff(self.last) < INTERVAL {
            return false;
        }
        self.last = now;
        // Without a number a write cannot fail: whose beat it is does not matter.
        let _ = shared.set(&self.key, &now.to_le_bytes(), 0);
        true
    }

    /// Whether some instance works. A beat of the future is one of a clock that was set back.
    pub fn is_heard(&self, now: u64, shared: &dyn SharedData) -> bool {
        let beat = shared.get(&self.key).and_then(|(value, _)| value.first_chunk().copied());
        beat.is_some_and(|beat| now.abs_diff(u64::from_le_bytes(beat)) <= MAX_AGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::tests::Store;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SECOND: u64 = 1_000_000_000;
    const NOW: u64 = 1_790_000_000 * SECOND;

    #[test]
    fn a_beat_is_heard_for_a_while() {
        let cases = [
            (NOW, true, "at once"),
            (NOW + 3 * SECOND, true, "two were late"),
            (NOW + 3 * SECOND + 1, false, "nobody works any more"),
            (NOW + 86_400 * SECOND, false, "the plugin was removed yesterday"),
            (NOW - SECOND, true, "the clock was set back a little"),
            (NOW - 3_600 * SECOND, false, "by an hour: whoever works says so within a second"),
            (0, false, "there is no clock"),
        ];
        let shared = Store::default();
        assert!(!Heartbeat::new("mesh").is_heard(NOW, &shared), "nobody ever worked");
        assert!(Heartbeat::new("mesh").beat(NOW, &shared));
        for (now, expected, why) in cases {
            assert_eq!(Heartbeat::new("mesh").is_heard(now, &shared), expected, "{why}");
            assert!(!Heartbeat::new("other").is_heard(now, &shared), "{why}: of another plugin");
        }
        shared.set("spanmesh.heartbeat/mesh", b"beat", 0).unwrap();
        assert!(!Heartbeat::new("mesh").is_heard(NOW, &shared), "not a time");
    }

    #[test]
    fn beats_come_at_most_twice_a_second() {
        let shared = Store::default();
        let mut heartbeat = Heartbeat::new("mesh");
        let cases = [
            (NOW, true, "the first"),
            (NOW + SECOND / 2 - 1, false, "a tick for a full batch"),
            (NOW + SECOND / 2, true, "the next"),
            (NOW - SECOND, true, "the clock was set back"),
            (NOW - SECOND + 1, false, "and goes on from there"),
        ];
        for (now, expected, why) in cases {
            assert_eq!(heartbeat.beat(now, &shared), expected, "{why}");
        }
    }
}
