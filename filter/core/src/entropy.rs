//! A pool of random bytes, so that one host call serves many ids.

use crate::ids::{SpanId, TraceId};

/// Bytes of entropy asked from the host at once: about 170 new traces' worth.
pub const POOL_SIZE: usize = 4096;

/// Random bytes that the adapter obtained and ids use up. Each byte is used once.
#[derive(Debug)]
pub struct EntropyPool {
    bytes: Box<[u8]>,
    used: usize,
}

impl Default for EntropyPool {
    fn default() -> Self {
        Self { bytes: vec![0; POOL_SIZE].into_boxed_slice(), used: POOL_SIZE }
    }
}

impl EntropyPool {
    /// Whether fewer bytes are left than one request can need (a trace id, a span id and a random value).
    pub fn is_low(&self) -> bool {
        self.bytes.len() - self.used < size_of::<TraceId>() + size_of::<SpanId>() + size_of::<u64>()
    }

    /// Replaces the whole pool by what `fill` writes. When `fill` reports failure the pool stays
    /// empty, and no ids can be made until a later refill succeeds.
    pub fn refill(&mut self, fill: impl FnOnce(&mut [u8]) -> bool) {
        self.used = if fill(&mut self.bytes) { 0 } else { self.bytes.len() };
    }

    /// A new random trace id; `None` when the pool is used up.
    pub fn trace_id(&mut self) -> Option<TraceId> {
        loop {
            if let Some(id) = TraceId::from_bytes(self.take()?) {
                return Some(id);
            }
        }
    }

    /// A new random span id; `None` when the pool is used up.
    pub fn span_id(&mut self) -> Option<SpanId> {
        loop {
            if let Some(id) = SpanId::from_bytes(self.take()?) {
                return Some(id);
            }
        }
    }

    /// A uniformly random number for back-off jitter; `None` when the pool is used up.
    pub fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// 56 random bits, for an explicit random value (`rv`); `None` when the pool is used up.
    pub fn randomness(&mut self) -> Option<u64> {
        self.take().map(|bytes| u64::from_le_bytes(bytes) >> 8)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let taken = *self.bytes.get(self.used..)?.first_chunk::<N>()?;
        self.used += N;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn filled(with: impl Fn(usize) -> u8) -> EntropyPool {
        let mut pool = EntropyPool::default();
        pool.refill(|bytes| {
            bytes.iter_mut().enumerate().for_each(|(i, b)| *b = with(i));
            true
        });
        pool
    }

    #[test]
    fn every_byte_is_used_once_and_then_none_is_left() {
        let mut pool = filled(|i| if i % 16 == 0 { (i / 16) as u8 } else { 1 });
        let mut seen = std::collections::HashSet::new();
        let mut count = 0;
        while let Some(id) = pool.trace_id() {
            seen.insert(id);
            count += 1;
        }
        assert_eq!((count, seen.len()), (POOL_SIZE / 16, POOL_SIZE / 16));
        assert!(pool.is_low());
    }

    #[test]
    fn an_all_zero_id_is_never_given_out() {
        let mut pool = filled(|i| u8::from(i >= 64));
        assert_eq!(pool.span_id(), SpanId::from_bytes([1; 8]));
    }

    #[test]
    fn a_failed_refill_leaves_nothing_to_take() {
        let mut pool = filled(|_| 7);
        pool.refill(|_| false);
        assert_eq!((pool.is_low(), pool.span_id()), (true, None));
    }
}
