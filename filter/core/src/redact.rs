//! Secrets in URLs: query values and user names that must not reach a span.
//!
//! HTTP semantic conventions 1.44, `url.query` and `url.full`: the value of a sensitive query
//! key becomes `REDACTED`, the key stays; user information becomes `REDACTED:REDACTED`.

mod bearer_token;
mod card_number;
mod detectors;
mod email;

use std::borrow::Cow;

pub use detectors::Detectors;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    query_keys: Vec<String>,
}

impl Redaction {
    /// The default keys and the given ones.
    pub fn new(more_query_keys: impl IntoIterator<Item = String>) -> Self {
        let defaults = DEFAULT_QUERY_KEYS.iter().map(|&key| key.to_owned());
        Self { query_keys: defaults.chain(more_query_keys).collect() }
    }

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

    /// The key of a parameter whose value is a secret.
    fn secret_of<'a>(&self, parameter: &'a [u8]) -> Option<&'a [u8]> {
        let (key, _) = split_once(parameter, b'=')?;
        self.query_keys.iter().any(|secret| secret.as_bytes() == key).then_some(key)
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
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn sensitive_values_are_replaced_and_keys_stay() {
        let redaction = Redaction::new(["token".to_owned()]);
        let cases = [
            ("a=1&b=2", "a=1&b=2", "nothing sensitive"),
            ("sig=abc", "sig=REDACTED", "a default key"),
            ("a=1&X-Amz-Signature=s%3D&b", "a=1&X-Amz-Signature=REDACTED&b", "in the middle"),
            ("token=x&token=y", "token=REDACTED&token=REDACTED", "a configured key, twice"),
            ("token=a=b", "token=REDACTED", "the whole value, equals signs too"),
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
}
