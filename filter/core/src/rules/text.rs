//! Matching one value: a path, a method, a host, a header.

use regex_lite::{Error, Regex};
use spanmesh_json::parse_number;

/// What one value must be.
#[derive(Clone, Debug)]
pub enum TextMatcher {
    /// Exactly this.
    Exact(String),
    /// Begins with this.
    Prefix(String),
    /// Ends with this.
    Suffix(String),
    /// The whole value matches, as in Envoy; never matches what is no UTF-8.
    Regex(Regex),
    /// There is a value, even an empty one.
    Present,
    /// There is none.
    Absent,
    /// A decimal number at least so large.
    AtLeast(f64),
}

/// Any of several.
#[derive(Clone, Debug)]
pub struct AnyOf(pub Vec<TextMatcher>);

/// Compiles a regular expression that must match a whole value.
///
/// # Errors
/// Why it is none.
pub fn regex(pattern: &str) -> Result<Regex, Error> {
    // Compiled alone first, so that `)(` cannot break out of the group.
    Regex::new(pattern)?;
    Regex::new(&format!("^(?:{pattern})$"))
}

impl TextMatcher {
    /// Whether the value, or its absence, is as wanted.
    pub fn matches(&self, value: Option<&[u8]>) -> bool {
        let Some(value) = value else { return matches!(self, Self::Absent) };
        match self {
            Self::Exact(text) => value == text.as_bytes(),
            Self::Prefix(text) => value.starts_with(text.as_bytes()),
            Self::Suffix(text) => value.ends_with(text.as_bytes()),
            Self::Regex(regex) => str::from_utf8(value).is_ok_and(|text| regex.is_match(text)),
            Self::Present => true,
            Self::Absent => false,
            Self::AtLeast(least) => parse_number(value).is_some_and(|number| number >= *least),
        }
    }
}

impl AnyOf {
    /// Whether one of them matches.
    pub fn matches(&self, value: Option<&[u8]>) -> bool {
        self.0.iter().any(|matcher| matcher.matches(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_kind_matches_what_it_says() {
        use TextMatcher::{Absent, AtLeast, Exact, Prefix, Present, Regex, Suffix};
        let regex = |pattern| Regex(regex(pattern).unwrap());
        let cases: Vec<(TextMatcher, Option<&[u8]>, bool, &str)> = vec![
            (Exact("a".into()), Some(b"a"), true, "the same"),
            (Exact("a".into()), Some(b"A"), false, "case counts"),
            (Exact(String::new()), Some(b""), true, "empty is a value"),
            (Exact("a".into()), None, false, "nothing is not the same"),
            (Prefix("ab".into()), Some(b"abc"), true, "begins so"),
            (Prefix("ab".into()), Some(b"a"), false, "shorter"),
            (Suffix("bc".into()), Some(b"abc"), true, "ends so"),
            (regex("a+"), Some(b"aaa"), true, "the whole value"),
            (regex("a+"), Some(b"aaab"), false, "not a part of it"),
            (regex("a|b"), Some(b"bx"), false, "alternatives are whole too"),
            (regex(".*"), Some(b"\xff"), false, "no text"),
            (Present, Some(b"\xff"), true, "anything"),
            (Present, None, false, "nothing"),
            (Absent, None, true, "nothing"),
            (Absent, Some(b""), false, "empty is there"),
            (AtLeast(1000.0), Some(b" 1000.00 "), true, "exactly"),
            (AtLeast(1000.0), Some(b"999.99"), false, "less"),
            (AtLeast(1000.0), Some(b"1e3"), true, "exponent"),
            (AtLeast(0.0), Some(b"lots"), false, "no number"),
            (AtLeast(0.0), Some(b"NaN"), false, "not a number"),
        ];
        for (matcher, value, expected, why) in cases {
            assert_eq!(matcher.matches(value), expected, "{why}: {matcher:?} {value:?}");
        }
    }

    #[test]
    fn a_pattern_must_be_complete_in_itself() {
        for bad in ["(", ")(", "[a", "a{2,1}", "*"] {
            assert!(regex(bad).is_err(), "{bad}");
        }
    }
}
