//! Head sampling: whether the trace of a request is kept, decided when it starts.
//!
//! The samplers are OpenTelemetry's, by their names. A caller of a proxy is always remote, so of
//! `parent_based` only the root and the two remote delegates are ever asked; the local ones are
//! accepted so that a configuration written for an SDK can be carried over.

mod force;
mod rate_limit;
mod ratio;
mod remote;
mod rule_based;
mod threshold;
mod verdict;

use std::rc::Rc;

use crate::rules::Request;
use crate::shared_data::SharedData;

pub use force::Force;
pub use rate_limit::{Admission, RateLimit, RateLimiter};
pub use ratio::Ratio;
pub use remote::{RemoteSampler, RemoteSettings, Strategies};
pub use rule_based::{Rule, RuleBased};
pub use threshold::{Threshold, parse_randomness};
pub use verdict::{Parent, Probability, Verdict};

/// A head sampler.
#[derive(Debug)]
pub enum Sampler {
    /// Keeps every trace.
    AlwaysOn,
    /// Keeps none.
    AlwaysOff,
    /// Keeps the given share of traces, by the randomness of their ids; tells no threshold on.
    TraceIdRatioBased(Ratio),
    /// Keeps by a threshold that is told on: consistent probability sampling. `None`: nothing.
    Probability(Option<Threshold>),
    /// Asks by what the caller decided.
    ParentBased(Box<ParentBased>),
    /// Asks by what the request is.
    RuleBased(Box<RuleBased>),
    /// Keeps what the inner sampler keeps, up to a rate.
    RateLimiting(RateLimiter, Box<Sampler>),
    /// Keeps what a Jaeger strategies endpoint says.
    JaegerRemote(Rc<RemoteSampler>),
}

/// The delegates of the parent-based sampler.
#[derive(Debug)]
pub struct ParentBased {
    /// For requests without a caller's context.
    pub root: Sampler,
    /// For requests whose caller sampled.
    pub remote_parent_sampled: Sampler,
    /// For requests whose caller did not sample.
    pub remote_parent_not_sampled: Sampler,
}

/// A request that waits for a decision.
pub struct SamplingRequest<'a> {
    /// R: 56 random bits, from `rv` or the trace id.
    pub randomness: u64,
    /// What the caller decided; `None`: no caller.
    pub parent: Option<Parent>,
    /// What rules ask about; `None` only where no rule asks ([`Sampler::asks_requests`]).
    pub request: Option<Request<'a>>,
    /// Reads the clock, in nanoseconds; only called where there is a rate limit.
    pub now: &'a dyn Fn() -> u64,
    /// Where budgets lie.
    pub shared: &'a dyn SharedData,
    /// How often another worker came first.
    pub conflicts: u32,
}

// === impl Sampler ===

impl Default for Sampler {
    /// OpenTelemetry's default: as the caller decided, new traces always.
    fn default() -> Self {
        Self::ParentBased(Box::default())
    }
}

impl Sampler {
    /// Decides for a request.
    pub fn decide(&self, request: &mut SamplingRequest<'_>) -> Verdict {
        match self {
            Self::AlwaysOn => Verdict::sample(Probability::Own(Threshold::ALWAYS)),
            Self::AlwaysOff | Self::Probability(None) => Verdict::drop(),
            Self::TraceIdRatioBased(ratio) if ratio.keeps(request.randomness) => {
                Verdict::sample(Probability::Unknown)
            }
            Self::TraceIdRatioBased(_) => Verdict::drop(),
            Self::Probability(Some(threshold)) => Verdict::by(*threshold, request.randomness),
            Self::ParentBased(delegates) => delegates.decide(request),
            Self::RuleBased(rules) => rules.decide(request),
            Self::RateLimiting(limiter, inner) => match inner.decide(request) {
                verdict if !verdict.sampled => verdict,
                _ if request.admits(limiter) => Verdict::sample(Probability::Unknown),
                _ => Verdict::drop(),
            },
            Self::JaegerRemote(remote) => remote.decide(request),
        }
    }

    /// Whether a new trace could be dropped. Where it could, it pays to ask for a `traceparent`
    /// alone before reading all headers.
    pub fn may_drop_new_traces(&self) -> bool {
        match self {
            Self::AlwaysOn => false,
            Self::TraceIdRatioBased(ratio) => !ratio.is_one(),
            Self::Probability(threshold) => *threshold != Some(Threshold::ALWAYS),
            Self::ParentBased(delegates) => delegates.root.may_drop_new_traces(),
            _ => true,
        }
    }

    /// Whether it asks new traces about more than their caller and their randomness.
    pub fn asks_requests(&self) -> bool {
        match self {
            Self::RuleBased(_) | Self::JaegerRemote(_) => true,
            Self::ParentBased(delegates) => delegates.root.asks_requests(),
            Self::RateLimiting(_, inner) => inner.asks_requests(),
            _ => false,
        }
    }

    /// Every sampler of the composition, this one first.
    pub fn visit<'a>(&'a self, visitor: &mut dyn FnMut(&'a Sampler)) {
        visitor(self);
        match self {
            Self::ParentBased(delegates) => {
                delegates.root.visit(visitor);
                delegates.remote_parent_sampled.visit(visitor);
                delegates.remote_parent_not_sampled.visit(visitor);
            }
            Self::RuleBased(rules) => rules.rules.iter().for_each(|r| r.sampler.visit(visitor)),
            Self::RateLimiting(_, inner) => inner.visit(visitor),
            Self::JaegerRemote(remote) => remote.initial.visit(visitor),
            _ => {}
        }
    }

    /// Whether it writes thresholds: where any part is a consistent probability sampler, all
    /// take part, as within OpenTelemetry's `CompositeSampler`.
    pub fn writes_thresholds(&self) -> bool {
        let mut found = false;
        self.visit(&mut |sampler| found |= matches!(sampler, Self::Probability(_)));
        found
    }
}

// === impl ParentBased ===

impl Default for ParentBased {
    fn default() -> Self {
        Self {
            root: Sampler::AlwaysOn,
            remote_parent_sampled: Sampler::AlwaysOn,
            remote_parent_not_sampled: Sampler::AlwaysOff,
        }
    }
}

impl ParentBased {
    fn decide(&self, request: &mut SamplingRequest<'_>) -> Verdict {
        match request.parent.map(|parent| parent.sampled) {
            None => self.root.decide(request),
            // Following the caller is following its threshold (`ComposableParentThreshold`).
            Some(true) if matches!(self.remote_parent_sampled, Sampler::AlwaysOn) => {
                Verdict::sample(Probability::Inherited)
            }
            Some(true) => self.remote_parent_sampled.decide(request),
            Some(false) => self.remote_parent_not_sampled.decide(request),
        }
    }
}

// === impl SamplingRequest ===

impl SamplingRequest<'_> {
    fn admits(&mut self, limiter: &RateLimiter) -> bool {
        let admission = limiter.admit((self.now)(), self.shared);
        self.conflicts += admission.conflicts;
        admission.admitted
    }
}

#[cfg(test)]
mod tests;
