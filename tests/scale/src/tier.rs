//! The collectors: instances of finite capacity that fail together and come back.

use crate::paper;
use crate::random::Random;
use crate::scenario::{MILLI, OUTAGE_BEGIN, Outage, SECOND, Scenario};

/// Time of a message between a sidecar and a collector.
const NETWORK: u64 = MILLI;
/// Work that may wait at a collector before it refuses more: then it answers 503 at once.
const PATIENCE: u64 = 2 * SECOND;

/// All collectors.
#[derive(Debug)]
pub struct Tier {
    /// When each has done what it has taken.
    free_at: Vec<u64>,
    /// Nanoseconds of one collector for a unit of work.
    unit: f64,
    outage: Outage,
    outage_end: u64,
    returning: usize,
    timeout: u64,
}

/// What will be answered to an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// 200.
    Taken,
    /// 503, from a collector that has too much to do.
    Busy,
    /// 503, from Envoy.
    Refused,
    /// 504, from Envoy.
    TooLate,
    /// The connection ended.
    Lost,
}

impl Tier {
    /// A tier for a fleet, whose exports have at most the time `timeout`.
    pub fn new(scenario: &Scenario, timeout: u64) -> Self {
        let work = paper::steady(scenario).work_per_second * scenario.headroom;
        Self {
            free_at: vec![0; scenario.collectors as usize],
            unit: SECOND as f64 * scenario.collectors as f64 / work,
            outage: scenario.outage,
            outage_end: scenario.outage_end(),
            returning: scenario.returning as usize,
            timeout,
        }
    }

    fn is_away(&self, time: u64) -> bool {
        (OUTAGE_BEGIN..self.outage_end).contains(&time)
    }

    /// Whether an export leaves the host at all.
    pub fn has_host(&self, now: u64) -> bool {
        self.outage != Outage::NoHost || !self.is_away(now)
    }

    /// When an export of so many spans that is sent now is answered, and what.
    pub fn export(&mut self, now: u64, spans: u64, random: &mut Random) -> (u64, Answer) {
        let arrival = now + NETWORK;
        if self.is_away(arrival) {
            return match self.outage {
                Outage::Silent => (now + self.timeout, Answer::TooLate),
                Outage::Refused | Outage::NoHost => (arrival + NETWORK, Answer::Refused),
            };
        }
        let count = if arrival < OUTAGE_BEGIN { self.free_at.len() } else { self.returning };
        // Of two that are drawn the one with less to do, as Envoy balances by default.
        let drawn = [(); 2].map(|()| random.below(count as u64) as usize);
        let instance =
            if self.free_at[drawn[0]] <= self.free_at[drawn[1]] { drawn[0] } else { drawn[1] };
        let begin = self.free_at[instance].max(arrival);
        if begin - arrival > PATIENCE {
            return (arrival + NETWORK, Answer::Busy);
        }
        let done = begin + (paper::work(spans) * self.unit) as u64;
        self.free_at[instance] = done;
        if arrival < OUTAGE_BEGIN && done >= OUTAGE_BEGIN {
            self.free_at[instance] = OUTAGE_BEGIN;
            return (OUTAGE_BEGIN + NETWORK, Answer::Lost);
        }
        (done + NETWORK, Answer::Taken)
    }
}
