//! What arrived at collectors, counted span by span.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Collector, ExportRequest, Outcome};

/// What tells one span from all others.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SpanKey {
    /// The trace id in hex.
    pub trace_id: String,
    /// The span id in hex.
    pub span_id: String,
}

impl SpanKey {
    /// Of these ids.
    pub fn new(trace_id: String, span_id: String) -> SpanKey {
        SpanKey { trace_id, span_id }
    }
}

/// The accounts of one collector or several. A span can stand in several of them: it arrives
/// once more with each new try.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// How often each span arrived in a request that was accepted.
    pub accepted: BTreeMap<SpanKey, usize>,
    /// How many of those were rejected by partial successes.
    pub rejected: u64,
    /// Spans that arrived in requests of which their clients cannot know what became.
    pub unanswered: BTreeSet<SpanKey>,
    /// Spans that arrived in requests that were refused.
    pub refused: BTreeSet<SpanKey>,
}

impl Ledger {
    /// The accounts of these collectors together.
    pub fn of<'a>(collectors: impl IntoIterator<Item = &'a Collector>) -> Ledger {
        let mut ledger = Ledger::default();
        for collector in collectors {
            collector.requests().iter().for_each(|request| ledger.enter(request));
        }
        ledger
    }

    /// Adds the spans of a request.
    pub fn enter(&mut self, request: &ExportRequest) {
        let spans = request.span_keys();
        match request.outcome {
            Outcome::Accepted { rejected } => {
                self.rejected += rejected;
                spans.into_iter().for_each(|span| *self.accepted.entry(span).or_default() += 1);
            }
            Outcome::Refused => self.refused.extend(spans),
            Outcome::Unanswered => self.unanswered.extend(spans),
        }
    }

    /// How many spans were delivered, each counted once: accepted and not rejected.
    pub fn delivered(&self) -> u64 {
        let accepted = self.accepted.len() as u64;
        let delivered = accepted.checked_sub(self.rejected);
        delivered.unwrap_or_else(|| panic!("{} of {accepted} spans rejected", self.rejected))
    }

    /// How many times spans were accepted that had been accepted before.
    pub fn duplicates(&self) -> usize {
        self.accepted.values().map(|times| times - 1).sum()
    }

    /// Spans that arrived, but never in a request that was answered: their client may count them
    /// as it likes, but not as delivered.
    pub fn in_doubt(&self) -> BTreeSet<&SpanKey> {
        let answered =
            |span: &&SpanKey| self.accepted.contains_key(*span) || self.refused.contains(*span);
        self.unanswered.iter().filter(|span| !answered(span)).collect()
    }

    /// Spans that were refused and never accepted.
    pub fn lost(&self) -> BTreeSet<&SpanKey> {
        self.refused.iter().filter(|span| !self.accepted.contains_key(*span)).collect()
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accepted = self.accepted.len();
        write!(f, "{accepted} spans accepted, {} of them rejected, ", self.rejected)?;
        write!(f, "{} times again; ", self.duplicates())?;
        write!(f, "{} in refused requests, {} never ", self.refused.len(), self.lost().len())?;
        write!(f, "accepted; {} in unanswered requests, ", self.unanswered.len())?;
        write!(f, "{} never answered", self.in_doubt().len())
    }
}
