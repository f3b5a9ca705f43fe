//! What a sampler decides, and what becomes of the trace's threshold.

use super::Threshold;

/// What a sampler decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether there is a span, and the sampled flag is set.
    pub sampled: bool,
    /// What the probability of a sampled span is known to be.
    pub probability: Probability,
    /// Whether keep rules may promote a span that was dropped.
    pub may_keep: bool,
}

/// What is known of the probability by which a span was sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probability {
    /// The sampler's own threshold.
    Own(Threshold),
    /// What the caller's was.
    Inherited,
    /// Nothing: no `th` may be told on.
    Unknown,
}

/// What the caller's context says about sampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The sampled flag.
    pub sampled: bool,
    /// `th` of its tracestate.
    pub threshold: Option<Threshold>,
}

impl Verdict {
    pub(super) fn drop() -> Self {
        Self { sampled: false, probability: Probability::Unknown, may_keep: true }
    }

    pub(super) fn sample(probability: Probability) -> Self {
        Self { sampled: true, ..Self { probability, ..Self::drop() } }
    }

    /// Keeps when the randomness reaches the threshold.
    pub(super) fn by(threshold: Threshold, randomness: u64) -> Self {
        if threshold.keeps(randomness) {
            Self::sample(Probability::Own(threshold))
        } else {
            Self::drop()
        }
    }

    /// The `th` that goes on: the sampler's own where thresholds are `written`, or the caller's
    /// as long as it agrees with the decision; none for a span that is dropped.
    pub fn threshold(
        &self,
        parent: Option<Parent>,
        randomness: u64,
        written: bool,
    ) -> Option<Threshold> {
        let inherited = || parent?.threshold.filter(|threshold| threshold.keeps(randomness));
        match self.probability {
            _ if !self.sampled => None,
            Probability::Own(threshold) if written => Some(threshold),
            Probability::Own(_) | Probability::Inherited => inherited(),
            Probability::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn thresholds_are_written_kept_and_erased_by_the_rules() {
        let th = |digits| Threshold::parse(digits).unwrap();
        let own = |digits| Verdict::sample(Probability::Own(th(digits)));
        let inherited = Verdict::sample(Probability::Inherited);
        let unknown = Verdict::sample(Probability::Unknown);
        let parent =
            |digits: &str| Some(Parent { sampled: true, threshold: Threshold::parse(digits) });
        let half = 1 << 55;
        let cases = [
            (own("8"), None, half, true, "8", "a root writes its own"),
            (own("8"), parent("4"), half, true, "8", "raised"),
            (own("0"), parent("8"), half, true, "0", "an independent decision of its own"),
            (own("0"), None, half, false, "", "plain samplers write none"),
            (own("0"), parent("8"), half, false, "8", "and leave the caller's"),
            (own("0"), parent("c"), half, false, "", "unless it is inconsistent"),
            (inherited, parent("8"), half, true, "8", "passed on"),
            (inherited, parent("c"), half, true, "", "R < T, and yet sampled: erased"),
            (inherited, parent(""), half, true, "", "there was none"),
            (unknown, parent("8"), half, true, "", "a count that nobody knows"),
            (Verdict::drop(), parent("8"), half, true, "", "dropped"),
        ];
        for (verdict, parent, randomness, written, expected, why) in cases {
            let found = verdict.threshold(parent, randomness, written);
            assert_eq!(found.map(|t| t.to_string()).unwrap_or_default(), expected, "{why}");
        }
    }
}
