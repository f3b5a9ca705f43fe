//! Trace ids that look random and are the same in every run.

/// A sequence of ids, each found by its number. The generator is SplitMix64, whose n-th value
/// needs none of those before.
#[derive(Clone, Copy, Debug)]
pub struct TraceIds {
    seed: u64,
}

impl TraceIds {
    /// The sequence of this seed.
    pub fn seeded(seed: u64) -> TraceIds {
        TraceIds { seed }
    }

    /// The n-th trace id, from 0.
    pub fn id(self, n: u64) -> u128 {
        u128::from(self.value(3 * n)) << 64 | u128::from(self.value(3 * n + 1))
    }

    /// The header of a caller with the n-th trace id, a span id of its own, and these flags
    /// (1: sampled, 2: the trace id is random).
    pub fn traceparent(self, n: u64, flags: u8) -> String {
        format!("00-{:032x}-{:016x}-{flags:02x}", self.id(n), self.value(3 * n + 2))
    }

    fn value(self, n: u64) -> u64 {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.seed.wrapping_add(GAMMA.wrapping_mul(n + 1));
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

/// The first values of the seed 1234567, as the generator's authors and others print them.
#[test]
fn ids_are_those_of_the_generator() {
    let ids = TraceIds::seeded(1_234_567);
    let first = u128::from(6_457_827_717_110_365_317_u64) << 64 | 3_203_168_211_198_807_973;
    assert_eq!(ids.id(0), first);
    let parent = 9_817_491_932_198_370_423_u64;
    assert_eq!(ids.traceparent(0, 3), format!("00-{first:032x}-{parent:016x}-03"));
}
