//! Rate limits: a token bucket that all workers of a proxy draw from.
//!
//! The bucket lies in shared data and is changed by compare-and-swap. A worker that found it empty
//! knows when the next token is due and does not look before, so that the store is read about as
//! often as traces are admitted, however many requests ask.

use std::cell::Cell;

use crate::shared_data::{Conflict, SharedData};

/// How often a write is tried again that other workers forestall. More than two in a row would
/// need as many workers to write within a microsecond.
const TRIES: u32 = 8;
const NANOS_PER_SECOND: f64 = 1e9;

/// A rate and how far it may be exceeded for a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Traces per second, above 0.
    pub traces_per_second: f64,
    /// Most traces at once, at least 1.
    pub burst: f64,
}

/// A limit with its bucket.
#[derive(Debug)]
pub struct RateLimiter {
    key: String,
    limit: RateLimit,
    /// Before this time, in nanoseconds, the bucket is known to be empty.
    empty_until: Cell<u64>,
}

/// What a bucket holds, as it lies in shared data.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    /// When that was so, in nanoseconds.
    at: u64,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whether there was a token.
    pub admitted: bool,
    /// How many writes were forestalled by other workers.
    pub conflicts: u32,
}

// === impl RateLimiter ===

impl RateLimiter {
    /// A limiter of this name; those of one name and limit share their bucket.
    pub fn new(name: &str, limit: RateLimit) -> Self {
        let RateLimit { traces_per_second, burst } = limit;
        let (rate, most) = (traces_per_second.to_bits(), burst.to_bits());
        let key = format!("spanmesh.rate_limit/{name}/{rate:x}/{most:x}");
        Self { key, limit, empty_until: Cell::new(0) }
    }

    /// Takes a token, if there is one. `now` is in nanoseconds.
    pub fn admit(&self, now: u64, shared: &dyn SharedData) -> Admission {
        let mut conflicts = 0;
        let wait = self.empty_until.get().saturating_sub(now);
        // A longer wait than a token takes means that the clock was set back.
        if wait > 0 && wait <= self.limit.nanos_per_token() {
            return Admission { admitted: false, conflicts };
        }
        while conflicts < TRIES {
            let (value, number) = shared.get(&self.key).unwrap_or_default();
            let found =
                Bucket::read(&value).unwrap_or(Bucket { tokens: self.limit.burst, at: now });
            let mut bucket = found.refilled(self.limit, now);
            if bucket.tokens < 1.0 {
                if found.at > now {
                    // The clock was set back: time must go on from here. Whoever is forestalled
                    // finds that done.
                    let _ = shared.set(&self.key, &bucket.write(), number);
                }
                let wait = (1.0 - bucket.tokens) * self.limit.nanos_per_token() as f64;
                self.empty_until.set(now.saturating_add(wait as u64));
                return Admission { admitted: false, conflicts };
            }
            bucket.tokens -= 1.0;
            match shared.set(&self.key, &bucket.write(), number) {
                Ok(()) => return Admission { admitted: true, conflicts },
                Err(Conflict) => conflicts += 1,
            }
        }
        Admission { admitted: false, conflicts }
    }
}

impl RateLimit {
    fn nanos_per_token(self) -> u64 {
        (NANOS_PER_SECOND / self.traces_per_second).ceil() as u64
    }
}

impl Bucket {
    fn read(value: &[u8]) -> Option<Self> {
        let (tokens, at) = value.split_first_chunk::<8>()?;
        let tokens = Some(f64::from_le_bytes(*tokens)).filter(|tokens| tokens.is_finite())?;
        Some(Self { tokens, at: u64::from_le_bytes(*at.first_chunk()?) })
    }

    fn write(self) -> [u8; 16] {
        let mut value = [0; 16];
        let parts = self.tokens.to_le_bytes().into_iter().chain(self.at.to_le_bytes());
        value.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        value
    }

    /// The bucket at a later time; a clock that was set back adds nothing.
    fn refilled(self, limit: RateLimit, now: u64) -> Self {
        let seconds = now.saturating_sub(self.at) as f64 / NANOS_PER_SECOND;
        let tokens = (self.tokens + seconds * limit.traces_per_second).min(limit.burst);
        Self { tokens, at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::tests::Store;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SECOND: u64 = 1_000_000_000;
    const LIMIT: RateLimit = RateLimit { traces_per_second: 10.0, burst: 20.0 };

    fn admitted(limiter: &RateLimiter, times: impl Iterator<Item = u64>, store: &Store) -> usize {
        times.filter(|&now| limiter.admit(now, store).admitted).count()
    }

    #[test]
    fn a_burst_then_the_rate() {
        let (limiter, store) = (RateLimiter::new("a", LIMIT), Store::default());
        assert_eq!(admitted(&limiter, std::iter::repeat_n(SECOND, 100), &store), 20);
        let every_millisecond = (0..10_000).map(|ms| SECOND + ms * 1_000_000);
        let count = admitted(&limiter, every_millisecond, &store);
        assert!((99..=101).contains(&count), "ten seconds at ten a second: {count}");
        assert_eq!(
            admitted(&limiter, std::iter::repeat_n(100 * SECOND, 100), &store),
            20,
            "rested"
        );
    }

    #[test]
    fn workers_share_one_budget() {
        let store = Store::default();
        let workers = [RateLimiter::new("a", LIMIT), RateLimiter::new("a", LIMIT)];
        let times = || std::iter::repeat_n(SECOND, 100);
        let count: usize = workers.iter().map(|worker| admitted(worker, times(), &store)).sum();
        assert_eq!(count, 20);
        let other = RateLimiter::new("b", LIMIT);
        assert_eq!(admitted(&other, times(), &store), 20, "another name, another budget");
    }

    #[test]
    fn an_empty_bucket_is_not_looked_into_before_its_time() {
        let (limiter, store) = (RateLimiter::new("a", LIMIT), Store::default());
        admitted(&limiter, std::iter::repeat_n(SECOND, 21), &store);
        let reads = store.reads.get();
        admitted(&limiter, std::iter::repeat_n(SECOND + 1, 1_000), &store);
        assert_eq!(store.reads.get(), reads);
        assert_eq!(admitted(&limiter, [SECOND + SECOND / 10].into_iter(), &store), 1);
    }

    #[test]
    fn forestalled_writes_are_tried_again_and_told() {
        let (limiter, store) = (RateLimiter::new("a", LIMIT), Store::default());
        store.interfere.set(2);
        let admission = limiter.admit(SECOND, &store);
        assert_eq!(admission, Admission { admitted: true, conflicts: 2 });
        store.interfere.set(100);
        assert!(!limiter.admit(SECOND, &store).admitted, "and given up in the end");
    }

    #[test]
    fn a_clock_that_was_set_back_neither_gives_nor_blocks() {
        let (limiter, store) = (RateLimiter::new("a", LIMIT), Store::default());
        admitted(&limiter, std::iter::repeat_n(1_000 * SECOND, 21), &store);
        assert!(!limiter.admit(SECOND, &store).admitted, "nothing is due");
        assert!(limiter.admit(SECOND + SECOND / 5, &store).admitted, "time goes on from there");
    }
}
