//! Calls that went well, held until the request that made them ends: should that be kept, they
//! are kept with it.

use std::collections::VecDeque;

use crate::ids::TraceId;

/// Bounds of what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldLimits {
    /// Most calls.
    pub max_entries: usize,
    /// Most bytes of their encoded spans.
    pub max_bytes: usize,
    /// Nanoseconds after which a call is forgotten.
    pub max_age: u64,
}

/// Encoded spans of calls, the oldest first.
#[derive(Debug)]
pub struct HeldCalls {
    limits: HoldLimits,
    calls: VecDeque<Call>,
    bytes: usize,
}

#[derive(Debug)]
struct Call {
    trace_id: TraceId,
    at: u64,
    span: Box<[u8]>,
}

impl HeldCalls {
    /// Holds nothing yet.
    pub fn new(limits: HoldLimits) -> Self {
        Self { limits, calls: VecDeque::new(), bytes: 0 }
    }

    /// Holds a call; returns how many older ones had to make room (or this one, if it is too
    /// large). `now` is in nanoseconds.
    pub fn hold(&mut self, now: u64, trace_id: TraceId, span: Vec<u8>) -> u64 {
        self.forget_old(now);
        self.bytes += span.len();
        self.calls.push_back(Call { trace_id, at: now, span: span.into() });
        let mut evicted = 0;
        while self.calls.len() > self.limits.max_entries || self.bytes > self.limits.max_bytes {
            self.forget_first();
            evicted += 1;
        }
        evicted
    }

    /// Hands out the calls of a trace, in the order of their ends.
    pub fn release(&mut self, trace_id: TraceId, mut take: impl FnMut(&[u8])) {
        let bytes = &mut self.bytes;
        self.calls.retain(|call| {
            let stays = call.trace_id != trace_id;
            if !stays {
                *bytes -= call.span.len();
                take(&call.span);
            }
            stays
        });
    }

    /// Forgets calls that have been held too long; the requests that made them have ended.
    pub fn forget_old(&mut self, now: u64) {
        let is_old = |call: &Call| now.saturating_sub(call.at) > self.limits.max_age;
        let old = self.calls.iter().take_while(|call| is_old(call)).count();
        (0..old).for_each(|_| self.forget_first());
    }

    fn forget_first(&mut self) {
        if let Some(call) = self.calls.pop_front() {
            self.bytes -= call.span.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn id(n: u8) -> TraceId {
        TraceId::from_bytes([n; 16]).unwrap()
    }

    fn released(held: &mut HeldCalls, trace: u8) -> Vec<Vec<u8>> {
        let mut spans = Vec::new();
        held.release(id(trace), |span| spans.push(span.to_vec()));
        spans
    }

    #[test]
    fn the_calls_of_a_trace_come_out_once_and_in_order() {
        let limits = HoldLimits { max_entries: 10, max_bytes: 100, max_age: 10 };
        let mut held = HeldCalls::new(limits);
        for (trace, span) in [(1, b"a"), (2, b"b"), (1, b"c")] {
            assert_eq!(held.hold(0, id(trace), span.to_vec()), 0);
        }
        assert_eq!(released(&mut held, 1), [b"a", b"c"]);
        assert!(released(&mut held, 1).is_empty());
        assert_eq!(released(&mut held, 2), [b"b"]);
        assert_eq!(held.bytes, 0);
    }

    #[test]
    fn a_flood_stays_within_bounds_and_is_counted() {
        let limits = HoldLimits { max_entries: 100, max_bytes: 1_000, max_age: 1_000 };
        let mut held = HeldCalls::new(limits);
        let mut evicted = 0;
        for n in 0..10_000_u64 {
            let span = vec![0; (n % 50) as usize];
            evicted += held.hold(n / 100, id((n % 255) as u8 + 1), span);
            assert!(held.calls.len() <= 100 && held.bytes <= 1_000);
        }
        assert_eq!(evicted + held.calls.len() as u64, 10_000);
        let before = held.calls.len() as u64;
        assert_eq!(held.hold(100, id(1), vec![0; 2_000]), before + 1, "too large for anything");
        held.hold(100, id(1), vec![0; 10]);
        held.forget_old(5_000);
        assert_eq!((held.calls.len(), held.bytes), (0, 0), "too old");
    }
}
