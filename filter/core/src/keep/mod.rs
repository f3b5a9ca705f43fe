//! Keeping what mattered: spans that the head sampler left out and that are promoted when it turns
//! out that they failed, were slow or fit a rule.
//!
//! An unsampled request gets its ids all the same, so that a promoted span has its right place in
//! the trace. Hops above learn of it in three ways: by a response header from hop to hop, by
//! [`KeptTraces`] from the outbound to the inbound side of one proxy, and by their own rules.

mod facts;
mod held_calls;
mod kept_traces;
mod path_header;

use crate::rules::{AnyOf, Request, RuleIndex, Statuses};
use crate::sampling::RateLimiter;

pub use facts::{Errors, Facts};
pub use held_calls::{HeldCalls, HoldLimits};
pub use kept_traces::KeptTraces;
pub use path_header::PathHeader;

/// Which unsampled requests are promoted.
#[derive(Debug)]
pub struct KeepPolicy {
    /// Failures that promote.
    pub errors: Errors,
    /// Nanoseconds above which a request is slow.
    pub slower_than: Option<u64>,
    /// Finds rules by requests.
    pub index: RuleIndex,
    /// The rules, as the index numbers them.
    pub rules: Vec<KeepRule>,
    /// How hops above are told; `None`: they are not.
    pub along_path: Option<PathHeader>,
    /// Bounds of the calls that are held for the request that made them; `None`: none are.
    pub calls: Option<HoldLimits>,
    /// Nanoseconds that a kept trace is remembered for other workers.
    pub max_age: u64,
    /// Caps promotions.
    pub limiter: RateLimiter,
}

/// A rule for promotion: what its request match finds, it promotes when all of this holds.
#[derive(Clone, Debug, Default)]
pub struct KeepRule {
    /// Its name, which is the reason on the span.
    pub name: String,
    /// Status codes of the answer.
    pub statuses: Option<Statuses>,
    /// Header fields of the answer.
    pub response_headers: Vec<(String, AnyOf)>,
    /// Nanoseconds above which these requests are slow, in place of the general threshold.
    pub slower_than: Option<u64>,
}

/// Why a span was promoted: the value of `spanmesh.keep.reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It failed.
    Error,
    /// It was slow.
    Slow,
    /// The rule of this number promoted it.
    Rule(usize),
    /// A hop below was promoted.
    Path,
    /// The request that made this call was promoted.
    Call,
}

/// Reasons that no rule may be named after.
pub const RESERVED_NAMES: [&str; 4] = ["error", "slow", "path", "call"];

// === impl KeepPolicy ===

impl KeepPolicy {
    /// Why a request is promoted as far as is known of it, if it is.
    pub fn reason(&self, request: &Request<'_>, facts: &Facts<'_>) -> Option<Reason> {
        if facts.is_error(self.errors, request) {
            return Some(Reason::Error);
        }
        self.rule(request, facts).map(Reason::Rule).or_else(|| self.is_slow(request, facts))
    }

    /// The text of a reason.
    pub fn text(&self, reason: Reason) -> &str {
        match reason {
            Reason::Error => "error",
            Reason::Slow => "slow",
            Reason::Path => "path",
            Reason::Call => "call",
            Reason::Rule(rule) => self.rules.get(rule).map_or("", |rule| &rule.name),
        }
    }

    fn rule(&self, request: &Request<'_>, facts: &Facts<'_>) -> Option<usize> {
        if self.rules.is_empty() {
            return None;
        }
        // What was looked at when the answer began need not be looked at again: only time passed.
        let rules = &self.rules;
        let holds = |rule: &KeepRule| {
            rule.slower_than.map_or(!facts.seen_before, |threshold| facts.elapsed > threshold)
                && rule.holds(facts)
        };
        self.index.first(request, |number| rules.get(number).is_some_and(holds))
    }

    fn is_slow(&self, request: &Request<'_>, facts: &Facts<'_>) -> Option<Reason> {
        (facts.elapsed > self.slower_than?).then_some(())?;
        let own_threshold = |rule: &KeepRule| rule.slower_than.is_some();
        let rules = &self.rules;
        let overridden = !rules.is_empty()
            && (self.index)
                .first(request, |number| rules.get(number).is_some_and(own_threshold))
                .is_some();
        (!overridden).then_some(Reason::Slow)
    }
}

impl KeepRule {
    fn holds(&self, facts: &Facts<'_>) -> bool {
        let status_fits = |statuses: &Statuses| facts.status.is_some_and(|s| statuses.contain(s));
        self.statuses.as_ref().is_none_or(status_fits)
            && (self.response_headers.iter())
                .all(|(name, wanted)| wanted.matches((facts.response_header)(name).as_deref()))
    }
}

#[cfg(test)]
mod tests;
