//! Samplers chosen by rules: the first that matches decides.

use super::{Sampler, SamplingRequest, Verdict};
use crate::rules::RuleIndex;

/// A rule and the sampler of what it matches.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Decides.
    pub sampler: Sampler,
    /// Whether keep rules may promote what the sampler drops.
    pub keep: bool,
}

/// Rules in their order.
#[derive(Debug)]
pub struct RuleBased {
    /// Finds rules by requests.
    pub index: RuleIndex,
    /// The rules, as the index numbers them.
    pub rules: Vec<Rule>,
}

impl RuleBased {
    pub(super) fn decide(&self, request: &mut SamplingRequest<'_>) -> Verdict {
        let found = request.request.as_ref().and_then(|asked| self.index.first(asked, |_| true));
        // As in OpenTelemetry, what no rule matches is dropped.
        let Some(rule) = found.and_then(|rule| self.rules.get(rule)) else {
            return Verdict::drop();
        };
        let verdict = rule.sampler.decide(request);
        Verdict { may_keep: verdict.may_keep && rule.keep, ..verdict }
    }
}
