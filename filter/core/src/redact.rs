//! Secrets that must not reach a span.
//!
//! HTTP semantic conventions 1.44, `url.query` and `url.full`: the value of a sensitive query
//! key becomes `REDACTED`, the key stays; user information becomes `REDACTED:REDACTED`. What else
//! becomes `REDACTED` is configured: header values by name, parts of paths, and secrets that are told
//! by their look.

mod bearer_token;
mod card_number;
mod detectors;
mod email;
mod paths;

use std::borrow::Cow;

use crate::percent;
use crate::rules::AnyOf;

pub use detectors::Detectors;
pub use paths::RedactedPaths;

/// What stands in place of a secret.
const REDACTED: &[u8] = b"REDACTED";

/// Query keys whose values are secrets by the conventions (current and former default lists).
/// Keys are compared case-sensitively, as the conventions say.
pub const DEFAULT_QUERY_KEYS: [&str; 7] = [
    "AWSAccessKeyId",
    "Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Goog-Signature",
    "sig",
];

/// The compiled redaction settings.
#[derive(Clone, Debug)]
pub struct Redaction {
    /// Query keys beside the default ones.
    pub query: AnyOf,
    /// Names of header fields, in lower case.
    pub headers: AnyOf,
    /// Parts of paths.
    pub paths: RedactedPaths,
    /// What is looked for in every text.
    pub detectors: Detectors,
}

impl Default for Redaction {
    /// What the conventions ask for.
    fn default() -> Self {
        Self {
            query: AnyOf(Vec::new()),
            headers: AnyOf(Vec::new()),
            paths: RedactedPaths::default(),
            detectors: Detectors::default(),
        }
    }
}

impl Redaction {
    /// The query with every sensitive value replaced.
    pub fn query<'a>(&self, query: &'a [u8]) -> Cow<'a, [u8]> {
        let parameters = || query.split(|&b| b == b'&');
        if !parameters().any(|parameter| self.secret_of(parameter).is_some()) {
            return Cow::Borrowed(query);
        }
        let mut out = Vec::with_capacity(query.len());
        for (index, parameter) in parameters().enumerate() {
            if index > 0 {
                out.push(b'&');
            }
            match self.secret_of(parameter) {
                Some(key) => out.extend(key.iter().chain(b"=").chain(REDACTED)),
                None => out.extend(parameter),
            }
        }
        Cow::Owned(out)
    }

    /// The value of a header field, unless its name says that it is a secret.
    pub fn header<'a>(&self, name: &str, value: &'a [u8]) -> &'a [u8] {
        let is_secret = !self.headers.0.is_empty() && self.headers.matches(Some(name.as_bytes()));
        if is_secret { REDACTED } else { value }
    }

    /// The key of a parameter whose value is a secret.
    fn secret_of<'a>(&self, parameter: &'a [u8]) -> Option<&'a [u8]> {
        let (key, _) = split_once(parameter, b'=')?;
        let is_default = DEFAULT_QUERY_KEYS.iter().any(|secret| secret.as_bytes() == key);
        let is_configured =
            || !self.query.0.is_empty() && self.query.matches(Some(&percent::decode(key)));
        (is_default || is_configured()).then_some(key)
    }
}

/// `bytes` before and after the first `separator`.
pub(crate) fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&b| b == separator)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{TextMatcher, regex};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn sensitive_values_are_replaced_and_keys_stay() {
        let query = AnyOf(vec![
            TextMatcher::Exact("token".into()),
            TextMatcher::Prefix("secret_".into()),
            TextMatcher::Suffix("[cvc]".into()),
            TextMatcher::Regex(regex("(?i)password").unwrap()),
        ]);
        let redaction = Redaction { query, ..Redaction::default() };
        let cases = [
            ("a=1&b=2", "a=1&b=2", "nothing sensitive"),
            ("sig=abc", "sig=REDACTED", "a default key"),
            ("a=1&X-Amz-Signature=s%3D&b", "a=1&X-Amz-Signature=REDACTED&b", "in the middle"),
            ("token=x&token=y", "token=REDACTED&token=REDACTED", "a configured key, twice"),
            ("token=a=b", "token=REDACTED", "the whole value, equals signs too"),
            ("secret_a=1&secret=2", "secret_a=REDACTED&secret=2", "a prefix"),
            ("card%5Bcvc%5D=123", "card%5Bcvc%5D=REDACTED", "a key that is percent-encoded"),
            ("PassWord=1&passwords=2", "PassWord=REDACTED&passwords=2", "a whole key, by pattern"),
            ("SIG=abc", "SIG=abc", "keys are case-sensitive"),
            ("sig", "sig", "no value, no secret"),
            ("&&sig=", "&&sig=REDACTED", "empty parameters stay"),
            ("", "", "empty"),
        ];
        for (query, expected, why) in cases {
            let got = redaction.query(query.as_bytes());
            assert_eq!(str::from_utf8(&got), Ok(expected), "{why}");
        }
    }

    #[test]
    fn header_values_are_replaced_by_their_names() {
        let headers =
            AnyOf(vec![TextMatcher::Exact("cookie".into()), TextMatcher::Suffix("-key".into())]);
        let redaction = Redaction { headers, ..Redaction::default() };
        for (name, expected) in [("cookie", REDACTED), ("x-api-key", REDACTED), ("accept", b"v")] {
            assert_eq!(redaction.header(name, b"v"), expected, "{name}");
        }
        assert_eq!(Redaction::default().header("cookie", b"v"), b"v");
    }
}
