//! The outcome: certain, or a chance, found by asking the tracer itself with one randomness after another.

use spanmesh_core::tracer::Placement;

use super::Report;
use super::scene::Scene;

/// Number of values of 56 random bits.
const RANGE: u64 = 1 << 56;

/// How likely something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chance {
    /// It happens whatever is drawn.
    Always,
    /// It never happens.
    Never,
    /// A share of what is drawn, from 0 to 1.
    Share(f64),
}

impl Chance {
    /// Of what happens from some randomness upwards, as all samplers decide.
    pub fn of(happens: impl Fn(u64) -> bool) -> Self {
        if happens(0) {
            return Self::Always;
        }
        if !happens(RANGE - 1) {
            return Self::Never;
        }
        // It does not happen at `low`, and does at `high`.
        let (mut low, mut high) = (0, RANGE - 1);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if happens(middle) { high = middle } else { low = middle }
        }
        Self::Share((RANGE - high) as f64 / RANGE as f64)
    }

    /// In words.
    pub fn shown(self) -> String {
        match self {
            Self::Always => "sampled".to_owned(),
            Self::Never => "not sampled".to_owned(),
            Self::Share(share) => format!("sampled for about {} of new traces", percent(share)),
        }
    }
}

/// A share as a percentage, to four digits.
pub fn percent(share: f64) -> String {
    let percentage = share * 100.0;
    let digits = (3 - percentage.max(1e-9).log10().floor() as i32).clamp(0, 9);
    let text = format!("{percentage:.*}", digits.unsigned_abs() as usize);
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

/// What comes of the request.
pub fn explain(scene: &Scene, out: &mut Report) {
    let chance = Chance::of(|randomness| scene.outcome(randomness).is_sampled());
    out.line("decision", &chance.shown());
    if matches!(scene.outcome(RANGE - 1).placement, Placement::PassedOn(_)) {
        out.more(0, "the context passes untouched: nothing here samples or may keep it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_found_to_the_last_digit() {
        for (threshold, expected) in [
            (0, Chance::Always),
            (RANGE, Chance::Never),
            (RANGE / 2, Chance::Share(0.5)),
            (RANGE / 10 * 9, Chance::Share((RANGE - RANGE / 10 * 9) as f64 / RANGE as f64)),
            (RANGE - 1, Chance::Share(1.0 / RANGE as f64)),
        ] {
            assert_eq!(Chance::of(|randomness| randomness >= threshold), expected, "{threshold}");
        }
    }

    #[test]
    fn shares_are_told_as_percentages() {
        for (share, text) in [
            (0.1, "10 %"),
            (0.005, "0.5 %"),
            (0.25, "25 %"),
            (1.0 / 3.0, "33.33 %"),
            (1e-6, "0.0001 %"),
            (0.999, "99.9 %"),
        ] {
            assert_eq!(percent(share), text, "{share}");
        }
    }
}
