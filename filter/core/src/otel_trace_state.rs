//! OpenTelemetry's own member of `tracestate`: `ot=th:c;rv:6e6d1a75832a2f`.
//!
//! ```text
//! list  = pair *( ";" pair )          ; at most 256 characters
//! pair  = key ":" value
//! key   = lcalpha *( lcalpha / DIGIT )
//! value = *( ALPHA / DIGIT / "." / "_" / "-" )
//! ```
//!
//! (specification/trace/tracestate-handling.md.) A list that breaks the grammar says nothing; a
//! `th` or `rv` that is no such number is passed over. Unknown keys are kept.

use crate::sampling::{Threshold, parse_randomness};

/// Longest list, in bytes.
const MAX_LENGTH: usize = 256;

/// The pairs of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtelTraceState<'a> {
    /// `rv`: the randomness that takes the place of the trace id's.
    pub randomness: Option<u64>,
    /// `th`: the threshold that the trace was kept by.
    pub threshold: Option<Threshold>,
    /// `rv` and everything else but `th`, as it was written.
    others: Vec<&'a str>,
}

impl<'a> OtelTraceState<'a> {
    /// Reads the value of the member `ot`. `None` when it breaks the grammar.
    pub fn parse(value: &'a str) -> Option<Self> {
        if value.len() > MAX_LENGTH {
            return None;
        }
        let mut state = Self::default();
        for pair in value.split(';') {
            let (key, value) = pair.split_once(':')?;
            if !is_key(key) || !value.bytes().all(is_value_byte) {
                return None;
            }
            match key {
                "th" => state.threshold = Threshold::parse(value),
                "rv" => {
                    let randomness = parse_randomness(value);
                    state.others.extend(randomness.map(|_| pair));
                    state.randomness = randomness.or(state.randomness);
                }
                _ => state.others.push(pair),
            }
        }
        Some(state)
    }

    /// The same list with another `th`, or none. `None` when nothing is left, or when it would
    /// grow beyond 256 characters.
    pub fn with_threshold(&self, threshold: Option<Threshold>) -> Option<String> {
        let mut list = threshold.map(|threshold| format!("th:{threshold}")).unwrap_or_default();
        for pair in &self.others {
            if !list.is_empty() {
                list.push(';');
            }
            list.push_str(pair);
        }
        (!list.is_empty() && list.len() <= MAX_LENGTH).then_some(list)
    }
}

fn is_key(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn is_value_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests;
