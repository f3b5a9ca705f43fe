//! What the plugin is told, and which share must be traced for it.

use super::second::Second;

/// How many standard deviations a share of chance may be off.
const DEVIATIONS: f64 = 3.0;

/// A share of the orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share {
    /// All.
    All,
    /// This part of them, by chance.
    Ratio(f64),
    /// Those that failed.
    Failed,
}

/// A change of the plugin.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// What it is for.
    pub title: &'static str,
    /// The patch of the object.
    pub patch: &'static str,
    /// What it leads to.
    pub share: Share,
}

/// The changes, in order.
pub const SETTINGS: [Setting; 3] = [
    Setting {
        title: "One order in ten",
        patch: "spec: {pluginConfig: {sampler: {parent_based: {root: {probability: {ratio: 0.1}}}}}}",
        share: Share::Ratio(0.1),
    },
    Setting {
        title: "None but those that fail, which is known when they are over",
        patch: "spec: {pluginConfig: {sampler: {parent_based: {root: {probability: {ratio: 0}}}}, \
                keep: {errors: true}}}",
        share: Share::Failed,
    },
    Setting {
        title: "Back to all of them",
        patch: "spec: {pluginConfig: {sampler: null, keep: null}}",
        share: Share::All,
    },
];

/// A patch that the filter refuses: more than all.
pub const BAD: &str =
    "spec: {pluginConfig: {sampler: {parent_based: {root: {probability: {ratio: 1.5}}}}}}";

/// Why it does.
pub const REASON: &str =
    "sampler.parent_based.root.probability.ratio: must be between 0 and 1, found 1.5";

/// The patch that takes it back.
pub const GOOD: &str = "spec: {pluginConfig: {sampler: null}}";

// === impl Share ===

impl Share {
    /// Whether a second may be one in which this share was traced.
    pub fn fits(self, second: Second) -> bool {
        let Second { orders, failed, traced, failed_and_traced } = second;
        orders > 0
            && match self {
                Self::All => traced == orders,
                Self::Ratio(ratio) => {
                    let expected = orders as f64 * ratio;
                    let deviation = (expected * (1.0 - ratio)).sqrt();
                    (traced as f64 - expected).abs() <= DEVIATIONS * deviation
                }
                Self::Failed => traced == failed && failed_and_traced == failed,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_apart() {
        for (share, traced, failed_and_traced, want, reason) in [
            (Share::All, 200, 10, true, "each of them"),
            (Share::All, 199, 10, false, "one is missing"),
            (Share::Ratio(0.1), 20, 1, true, "the very share"),
            (Share::Ratio(0.1), 32, 1, true, "chance"),
            (Share::Ratio(0.1), 60, 1, false, "more than chance"),
            (Share::Ratio(0.1), 7, 1, false, "less than chance"),
            (Share::Failed, 10, 10, true, "those that failed"),
            (Share::Failed, 10, 9, false, "another in the place of one of them"),
            (Share::Failed, 20, 10, false, "others too"),
            (Share::Failed, 9, 9, false, "not all of them"),
        ] {
            let second = Second { orders: 200, failed: 10, traced, failed_and_traced };
            assert_eq!(share.fits(second), want, "{share:?}, {traced}: {reason}");
        }
        assert!(!Share::All.fits(Second::default()), "without orders nothing is shown");
    }
}
