//! One cluster that takes exports, and whether it does.

use crate::queue::Batch;
use crate::wait::Wait;

/// A cluster. One export is on its way to it at a time; after a failure it is left alone for a
/// while, and the export after that is the probe whether it works again.
#[derive(Debug)]
pub(super) struct Target {
    /// What the log calls it.
    pub name: String,
    /// Failures in a row.
    pub failures: u32,
    /// How long it is left alone.
    pub wait: Option<Wait>,
    pub in_flight: Option<InFlight>,
    /// Whether its failures have been logged, so that their end is worth a line too.
    pub is_reported: bool,
}

/// An export that waits for its answer.
#[derive(Debug)]
pub(super) struct InFlight {
    pub batch: Batch,
    /// When it was sent, in nanoseconds.
    pub sent: u64,
    /// How long the answer is waited for.
    pub patience: Wait,
}

impl Target {
    pub fn new(name: String) -> Self {
        Self { name, failures: 0, wait: None, in_flight: None, is_reported: false }
    }

    /// Whether an export may be sent to it now.
    pub fn is_free(&self, now: u64) -> bool {
        self.in_flight.is_none() && self.wait.is_none_or(|wait| wait.is_over(now))
    }

    /// Whether it has failed and not succeeded since: then the next cluster may be used.
    pub fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// When an export may be sent to it; 0: now, or when the one on its way is answered.
    pub fn free_at(&self) -> u64 {
        self.wait.map_or(0, |wait| wait.until)
    }

    /// It took an export, or refused it: it works. Returns how often it had failed, if that was
    /// logged.
    pub fn recover(&mut self) -> Option<u32> {
        self.wait = None;
        let failures = std::mem::take(&mut self.failures);
        std::mem::take(&mut self.is_reported).then_some(failures)
    }
}
