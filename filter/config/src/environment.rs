//! Environment variables in text values, by the rules of OpenTelemetry's declarative
//! configuration: `${NAME}`, `${env:NAME}`, `${env:NAME:-default}`, and `$$` for a dollar sign.
//! A variable that is not set and has no default becomes empty.

use spanmesh_json::Value;

/// Replaces references in every text value (not in keys) of `value`.
pub(super) fn substitute(value: &mut Value, lookup: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) if text.contains('$') => *text = expand(text, lookup),
        Value::Array(items) => items.iter_mut().for_each(|item| substitute(item, lookup)),
        Value::Object(entries) => entries.values_mut().for_each(|item| substitute(item, lookup)),
        _ => {}
    }
}

/// One text with its references replaced.
pub(super) fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((value, after)) = reference(after, lookup) {
            out.push_str(&value);
            rest = after;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out + rest
}

/// The value of the reference that `text` starts with, and what follows it.
fn reference<'a>(
    text: &'a str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Option<(String, &'a str)> {
    let (inside, after) = text.strip_prefix('{')?.split_once('}')?;
    let inside = inside.strip_prefix("env:").unwrap_or(inside);
    let (name, default) = match inside.split_once(':') {
        Some((name, default)) => (name, default.strip_prefix('-')?),
        None => (inside, ""),
    };
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let value = lookup(name).filter(|value| !value.is_empty());
    Some((value.unwrap_or_else(|| default.to_owned()), after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::ours;
    use serde_json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn references_are_replaced_in_values_only() {
        let lookup = |name: &str| match name {
            "TOKEN" => Some("s3cret".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let cases = [
            ("Bearer ${env:TOKEN}", "Bearer s3cret", "with prefix"),
            ("${TOKEN}${TOKEN}", "s3crets3cret", "without, twice"),
            ("${env:NONE:-plain}", "plain", "a default"),
            ("${env:EMPTY:-plain}", "plain", "empty counts as not set"),
            ("${env:TOKEN:-plain}", "s3cret", "the variable wins"),
            ("a${env:NONE}b", "ab", "not set"),
            ("$${env:TOKEN}", "${env:TOKEN}", "escaped"),
            ("5$", "5$", "a lone dollar"),
            ("${env:1X}", "${env:1X}", "no name"),
            ("${env:TOKEN", "${env:TOKEN", "not closed"),
        ];
        for (text, expected, why) in cases {
            let mut value = ours(&json!({"${env:TOKEN}": [text]}));
            substitute(&mut value, &lookup);
            assert_eq!(value, ours(&json!({"${env:TOKEN}": [expected]})), "{why}");
        }
    }
}
