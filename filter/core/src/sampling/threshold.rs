//! Rejection thresholds of OpenTelemetry's consistent probability sampling.
//!
//! A threshold T is a number of 56 bits: out of 2^56 equally likely random values R those below T
//! are rejected, so the probability is (2^56 − T) / 2^56. On the wire (`ot=th:…`) it is 1 to 14
//! lower-case hexadecimal digits, with trailing zeros left out
//! (specification/trace/tracestate-probability-sampling.md and tracestate-handling.md).

use std::fmt;

/// Bits of a random value.
const BITS: u32 = 56;
/// Number of random values.
const RANGE: u64 = 1 << BITS;
/// Digits of a random value.
const DIGITS: usize = 14;
/// Significant digits of a threshold made from a probability, as the specification recommends.
const PRECISION: i32 = 4;
/// Most digits of a threshold made from a probability (the specification's algorithm).
const MAX_PRECISION: i32 = 12;

/// A rejection threshold: below 2^56.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(u64);

impl Threshold {
    /// Rejects nothing: a probability of 1.
    pub const ALWAYS: Self = Self(0);

    /// The threshold of a probability, rounded to four significant digits after leading `f`s.
    /// `None` unless `2^-56 <= probability <= 1`.
    pub fn from_probability(probability: f64) -> Option<Self> {
        Self::with_precision(probability, PRECISION)
    }

    fn with_precision(probability: f64, precision: i32) -> Option<Self> {
        let scaled = probability * RANGE as f64;
        if !(1.0..=RANGE as f64).contains(&scaled) {
            return None;
        }
        // One leading `f` for every four halvings of the probability.
        let digits = (precision + halvings(probability).div_euclid(4)).clamp(1, MAX_PRECISION);
        let unit = 1_u64 << (4 * (DIGITS as i32 - digits));
        let rounded = (RANGE + unit / 2).saturating_sub(scaled.ceil() as u64) / unit * unit;
        // Rounding up to 2^56 would reject everything.
        Some(Self(rounded.min(RANGE - unit)))
    }

    /// Reads the value of `th`: 1 to 14 lower-case hexadecimal digits.
    pub fn parse(digits: &str) -> Option<Self> {
        let value = hexadecimal(digits).filter(|_| (1..=DIGITS).contains(&digits.len()))?;
        Some(Self(value << (4 * (DIGITS - digits.len()))))
    }

    /// Whether a trace of this randomness is kept.
    pub fn keeps(self, randomness: u64) -> bool {
        randomness >= self.0
    }

    /// How many requests a span kept by this threshold stands for.
    pub fn adjusted_count(self) -> f64 {
        RANGE as f64 / (RANGE - self.0) as f64
    }
}

/// The value of `th`.
impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0DIGITS$x}", self.0);
        f.write_str(match digits.trim_end_matches('0') {
            "" => "0",
            digits => digits,
        })
    }
}

/// Reads the value of `rv`: exactly 14 lower-case hexadecimal digits.
pub fn parse_randomness(digits: &str) -> Option<u64> {
    hexadecimal(digits).filter(|_| digits.len() == DIGITS)
}

fn hexadecimal(digits: &str) -> Option<u64> {
    let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if digits.bytes().all(is_digit) { u64::from_str_radix(digits, 16).ok() } else { None }
}

/// `-exponent` of C's `frexp`: how often a normal number can be doubled and stay below 1.
fn halvings(probability: f64) -> i32 {
    let biased_exponent = (probability.to_bits() >> 52) as i32 & 0x7ff;
    1022 - biased_exponent
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn digits(probability: f64, precision: i32) -> String {
        Threshold::with_precision(probability, precision).unwrap().to_string()
    }

    /// The table "1-in-N" of tracestate-probability-sampling.md, precisions 3, 4 and 5.
    #[test]
    fn probabilities_become_the_published_thresholds() {
        let cases: [(f64, [&str; 3]); 13] = [
            (1.0, ["0", "0", "0"]),
            (2.0, ["8", "8", "8"]),
            (3.0, ["aab", "aaab", "aaaab"]),
            (4.0, ["c", "c", "c"]),
            (5.0, ["ccd", "cccd", "ccccd"]),
            (8.0, ["e", "e", "e"]),
            (10.0, ["e66", "e666", "e6666"]),
            (16.0, ["f", "f", "f"]),
            (100.0, ["fd71", "fd70a", "fd70a4"]),
            (1_000.0, ["ffbe7", "ffbe77", "ffbe76d"]),
            (10_000.0, ["fff972", "fff9724", "fff97247"]),
            (100_000.0, ["ffff584", "ffff583a", "ffff583a5"]),
            (1_000_000.0, ["ffffef4", "ffffef39", "ffffef391"]),
        ];
        for (one_in, expected) in cases {
            let found = [3, 4, 5].map(|precision| digits(1.0 / one_in, precision));
            assert_eq!(found, expected, "1 in {one_in}");
        }
    }

    /// The adjusted counts of the same table at precision 4.
    #[test]
    fn adjusted_counts_are_the_published_ones() {
        let cases = [
            (1.0, 1.0),
            (3.0, 3.00004577706569),
            (5.0, 5.000_076_295_109_483),
            (10.0, 9.99938968568813),
            (100.0, 99.99771123402633),
            (1_000.0, 1000.012874769029),
            (1_000_000.0, 999992.38556461),
        ];
        for (one_in, expected) in cases {
            let count = Threshold::from_probability(1.0 / one_in).unwrap().adjusted_count();
            assert!((count - expected).abs() / expected < 1e-12, "1 in {one_in}: {count}");
        }
    }

    #[test]
    fn only_probabilities_have_thresholds() {
        for probability in [0.0, -0.1, 1.000_001, f64::NAN, f64::INFINITY, 1e-18] {
            assert_eq!(Threshold::from_probability(probability), None, "{probability}");
        }
        let least = Threshold::from_probability(2_f64.powi(-56)).unwrap();
        assert_eq!(least.to_string(), "ffffffffffff", "12 digits at most");
    }

    #[test]
    fn thresholds_are_read_as_padded_digits() {
        let cases = [
            ("0", Some(0), "rejects nothing"),
            ("c", Some(0xc0_0000_0000_0000), "padded on the right"),
            ("1000", Some(0x10_0000_0000_0000), "trailing zeros mean nothing"),
            ("abcdefabcdefab", Some(0xab_cdef_abcd_efab), "all 14 digits"),
            ("100000000000000", None, "15 digits"),
            ("", None, "no digits"),
            ("C", None, "upper case"),
            ("0x1", None, "no prefix"),
            ("+1", None, "no sign"),
        ];
        for (text, expected, why) in cases {
            assert_eq!(Threshold::parse(text), expected.map(Threshold), "{why}: {text:?}");
        }
    }

    #[test]
    fn exactly_the_threshold_is_kept() {
        let half = Threshold::parse("8").unwrap();
        assert!(half.keeps(1 << 55) && !half.keeps((1 << 55) - 1));
        assert!(Threshold::ALWAYS.keeps(0));
    }

    #[test]
    fn randomness_has_exactly_fourteen_digits() {
        assert_eq!(parse_randomness("6e6d1a75832a2f"), Some(0x6e_6d1a_7583_2a2f));
        for bad in ["3", "6e6d1a75832a2", "6e6d1a75832a2f0", "6E6D1A75832A2F"] {
            assert_eq!(parse_randomness(bad), None, "{bad}");
        }
    }
}
