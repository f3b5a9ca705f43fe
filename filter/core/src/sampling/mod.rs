//! Head sampling: whether the trace of a request is kept, decided when it starts.
//!
//! The samplers are OpenTelemetry's, by their names. A caller of a proxy is always remote, so of
//! `parent_based` only the root and the two remote delegates are ever asked; the local ones are
//! accepted so that a configuration written for an SDK can be carried over.

mod ratio;

pub use ratio::Ratio;

use crate::ids::TraceId;
use crate::span_context::TraceFlags;

/// A head sampler.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampler {
    /// Keeps every trace.
    AlwaysOn,
    /// Keeps none.
    AlwaysOff,
    /// Keeps the given share of traces, by the randomness of their ids.
    TraceIdRatioBased(Ratio),
    /// Asks by what the caller decided.
    ParentBased(Box<ParentBased>),
}

/// The delegates of the parent-based sampler.
#[derive(Clone, Debug, PartialEq)]
pub struct ParentBased {
    /// For requests without a caller's context.
    pub root: Sampler,
    /// For requests whose caller sampled.
    pub remote_parent_sampled: Sampler,
    /// For requests whose caller did not sample.
    pub remote_parent_not_sampled: Sampler,
}

/// What a sampler decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplingDecision {
    /// No span; the sampled flag is cleared.
    Drop,
    /// A span, and the sampled flag is set.
    RecordAndSample,
}

// === impl Sampler ===

impl Default for Sampler {
    /// OpenTelemetry's default: as the caller decided, new traces always.
    fn default() -> Self {
        Self::ParentBased(Box::default())
    }
}

impl Sampler {
    /// Decides for a request of trace `trace_id`, whose caller sent `parent` (`None`: no caller).
    pub fn decide(&self, trace_id: TraceId, parent: Option<TraceFlags>) -> SamplingDecision {
        match self {
            Self::AlwaysOn => SamplingDecision::RecordAndSample,
            Self::AlwaysOff => SamplingDecision::Drop,
            Self::TraceIdRatioBased(ratio) => ratio.decide(trace_id),
            Self::ParentBased(delegates) => delegates.of(parent).decide(trace_id, parent),
        }
    }

    /// Whether a new trace could be dropped. Where it could, it pays to ask for a `traceparent`
    /// alone before reading all headers.
    pub fn may_drop_new_traces(&self) -> bool {
        match self {
            Self::AlwaysOn => false,
            Self::AlwaysOff => true,
            Self::TraceIdRatioBased(ratio) => !ratio.is_one(),
            Self::ParentBased(delegates) => delegates.root.may_drop_new_traces(),
        }
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
    fn of(&self, parent: Option<TraceFlags>) -> &Sampler {
        match parent {
            None => &self.root,
            Some(flags) if flags.is_sampled() => &self.remote_parent_sampled,
            Some(_) => &self.remote_parent_not_sampled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SamplingDecision::{Drop, RecordAndSample};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn parent_based_follows_the_caller_and_asks_the_root_otherwise() {
        let id = TraceId::from_bytes([0xff; 16]).unwrap();
        let sampled = Some(TraceFlags::from_wire(1));
        let not_sampled = Some(TraceFlags::from_wire(2));
        let rooted =
            |root| Sampler::ParentBased(Box::new(ParentBased { root, ..Default::default() }));
        let inverted = Sampler::ParentBased(Box::new(ParentBased {
            root: Sampler::AlwaysOff,
            remote_parent_sampled: Sampler::AlwaysOff,
            remote_parent_not_sampled: Sampler::AlwaysOn,
        }));
        let cases = [
            (Sampler::default(), None, RecordAndSample, "new traces are kept by default"),
            (Sampler::default(), sampled, RecordAndSample, "the caller kept it"),
            (Sampler::default(), not_sampled, Drop, "the caller dropped it"),
            (rooted(Sampler::AlwaysOff), None, Drop, "the root decides new traces"),
            (rooted(Sampler::AlwaysOff), sampled, RecordAndSample, "and only those"),
            (inverted.clone(), sampled, Drop, "delegates may contradict the caller"),
            (inverted, not_sampled, RecordAndSample, "both ways"),
            (Sampler::AlwaysOn, not_sampled, RecordAndSample, "always_on heeds no caller"),
            (Sampler::AlwaysOff, sampled, Drop, "nor does always_off"),
        ];
        for (sampler, parent, expected, why) in cases {
            assert_eq!(sampler.decide(id, parent), expected, "{why}");
        }
    }

    #[test]
    fn only_a_root_that_can_say_no_makes_probing_worth_while() {
        let ratio = |value| Sampler::TraceIdRatioBased(Ratio::new(value).unwrap());
        assert!(!Sampler::default().may_drop_new_traces());
        assert!(!ratio(1.0).may_drop_new_traces());
        assert!(ratio(0.999).may_drop_new_traces());
        assert!(Sampler::AlwaysOff.may_drop_new_traces());
    }
}
