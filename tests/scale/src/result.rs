//! What is measured.

use crate::scenario::{OUTAGE_BEGIN, SECOND, STEADY_BEGIN, Scenario};

/// Tenths of a second: the finest time in which requests are counted.
pub const TENTH: u64 = SECOND / 10;

/// What happened in a tenth of a second.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tenth {
    /// Export requests that left the sidecars.
    pub requests: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// The same if they were compressed.
    pub gzip_bytes: u64,
    /// Requests that were refused or lost.
    pub failed: u64,
    /// Spans in queues at its end, those on their way too.
    pub queued: u64,
    /// Requests without an answer at its end.
    pub in_flight: u64,
}

/// The account of all spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Spans that ended.
    pub created: u64,
    /// Spans that a collector took, as the sidecars know.
    pub delivered: u64,
    /// Spans that a collector took, as it knows.
    pub received: u64,
    /// Spans that came to a full queue.
    pub dropped_queue_full: u64,
    /// Spans whose time for retries was over.
    pub dropped_retry_exhausted: u64,
    /// Spans dropped for any other reason.
    pub dropped_otherwise: u64,
    /// Spans in queues at the end.
    pub queued: u64,
}

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Every tenth of a second from the beginning.
    pub tenths: Vec<Tenth>,
    /// The account at the end.
    pub account: Account,
}

impl Outcome {
    /// Means of a second in the steady state before the outage.
    pub fn steady(&self) -> Steady {
        let tenths = self.between(STEADY_BEGIN, OUTAGE_BEGIN);
        let seconds = (OUTAGE_BEGIN - STEADY_BEGIN) as f64 / SECOND as f64;
        let each = |what: fn(&Tenth) -> u64| tenths.iter().map(what).sum::<u64>() as f64 / seconds;
        let mean = |what: fn(&Tenth) -> u64| each(what) * seconds / tenths.len() as f64;
        Steady {
            requests: each(|tenth| tenth.requests),
            bytes: each(|tenth| tenth.bytes),
            gzip_bytes: each(|tenth| tenth.gzip_bytes),
            queued: mean(|tenth| tenth.queued),
            in_flight: mean(|tenth| tenth.in_flight),
        }
    }

    /// The tenths between two times.
    pub fn between(&self, from: u64, to: u64) -> &[Tenth] {
        let index = |time: u64| ((time / TENTH) as usize).min(self.tenths.len());
        &self.tenths[index(from)..index(to)]
    }

    /// Most requests in any second between two times.
    pub fn peak_requests(&self, from: u64, to: u64) -> u64 {
        let seconds = self.between(from, to).windows(10);
        seconds.map(|tenths| tenths.iter().map(|tenth| tenth.requests).sum()).max().unwrap_or(0)
    }

    /// Seconds after the outage until the queues are as in the steady state, a tenth above it at most.
    pub fn drained_after(&self, scenario: &Scenario) -> Option<f64> {
        let usual = self.steady().queued * 1.1;
        let tenths = self.between(scenario.outage_end(), scenario.end());
        let first = tenths.iter().position(|tenth| tenth.queued as f64 <= usual)?;
        Some(first as f64 / 10.0)
    }

    /// Most spans in all queues at any time.
    pub fn most_queued(&self) -> u64 {
        self.tenths.iter().map(|tenth| tenth.queued).max().unwrap_or(0)
    }
}

/// Means of the steady state.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// Export requests a second.
    pub requests: f64,
    /// Bytes of bodies a second.
    pub bytes: f64,
    /// The same if they were compressed.
    pub gzip_bytes: f64,
    /// Spans in queues.
    pub queued: f64,
    /// Requests without an answer.
    pub in_flight: f64,
}
