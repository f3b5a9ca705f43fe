//! The configured formats together: what is read, in which order, and what is written.

use super::{Propagator, PropagatorSet};

/// Which formats are read and written.
#[derive(Clone, Debug)]
pub struct Propagation {
    /// Read in this order. As in OpenTelemetry's composite propagator each may replace what those
    /// before it found: of several contexts the last counts.
    pub(super) extract: Vec<Propagator>,
    pub(super) inject: Vec<Propagator>,
    pub(super) reads: PropagatorSet,
    pub(super) writes: PropagatorSet,
}

// === impl Propagation ===

impl Default for Propagation {
    /// OpenTelemetry's default: `tracecontext,baggage`.
    fn default() -> Self {
        const DEFAULT: [Propagator; 2] = [Propagator::TraceContext, Propagator::Baggage];
        Self::new(DEFAULT.to_vec(), DEFAULT.to_vec())
    }
}

impl Propagation {
    /// Reads and writes these formats, in these orders.
    pub fn new(extract: Vec<Propagator>, inject: Vec<Propagator>) -> Self {
        let reads = extract.iter().copied().collect();
        let writes = inject.iter().copied().collect();
        Self { extract, inject, reads, writes }
    }

    /// The formats whose fields matter in a request.
    pub fn noticed(&self) -> PropagatorSet {
        self.reads.union(self.writes)
    }

    /// Whether a request without a `traceparent` can bring no context, and has nothing removed.
    pub fn asks_traceparent_only(&self) -> bool {
        self.reads.contains(Propagator::TraceContext)
            && !self.extract.iter().any(|&propagator| is_foreign(propagator))
            && self.may_pass_on()
    }

    /// Whether an unsampled context that arrived as [`Extracted::canonical`] may go on untouched.
    pub fn may_pass_on(&self) -> bool {
        let of = |propagator| self.writes.contains(propagator);
        let baggage_stays = of(Propagator::Baggage) || !self.reads.contains(Propagator::Baggage);
        let writes_more = self.inject.iter().any(|&propagator| is_foreign(propagator));
        of(Propagator::TraceContext) && baggage_stays && !writes_more
    }

    /// Whether what Datadog's tracers tell of a trace is kept up to date in `tracestate`.
    pub fn writes_dd(&self) -> bool {
        self.writes.contains(Propagator::TraceContext)
            && self.noticed().contains(Propagator::Datadog)
    }
}

/// Whether it is none of W3C's.
fn is_foreign(propagator: Propagator) -> bool {
    !matches!(propagator, Propagator::TraceContext | Propagator::Baggage)
}

#[cfg(test)]
mod tests;
