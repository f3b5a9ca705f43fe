//! Keys, types and values of attributes.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};

use super::conventions::{Attribute, AttributeType, Conventions};
use super::rule::{Rule, Violation};

/// Attributes that hold a port.
const PORTS: [&str; 4] = ["client.port", "network.local.port", "network.peer.port", "server.port"];

/// What is wrong with attributes by themselves; `is_of_owner` tells which names of the list their
/// owner may have.
pub(super) fn check(
    attributes: &[KeyValue],
    unknown: Rule,
    is_of_owner: impl Fn(&str) -> bool,
    found: &mut Vec<Violation>,
) {
    let conventions = Conventions::current();
    let mut keys = BTreeSet::new();
    for KeyValue { key, value, .. } in attributes {
        if key.is_empty() {
            found.push(Violation::new(Rule::Keys, "", "an empty key"));
        } else if !keys.insert(key) {
            found.push(Violation::new(Rule::Keys, key, "stands twice"));
        }
        let value = value.as_ref().and_then(|value| value.value.as_ref());
        let Some(value) = value else {
            found.push(Violation::new(Rule::Type, key, "no value"));
            continue;
        };
        match conventions.attribute(key).filter(|(name, _)| is_of_owner(name)) {
            Some((_, attribute)) => check_value(key, attribute, value, found),
            None => found.push(Violation::new(unknown, key, format!("not expected: {value:?}"))),
        }
    }
}

fn check_value(key: &str, attribute: &Attribute, value: &Value, found: &mut Vec<Violation>) {
    let has_type = match (attribute.kind, value) {
        (AttributeType::Text, Value::StringValue(_)) | (AttributeType::Int, Value::IntValue(_)) => {
            true
        }
        (AttributeType::Texts, Value::ArrayValue(list)) => list.values.iter().all(is_text),
        _ => false,
    };
    if !has_type {
        let what = format!("{value:?} is no {:?}", attribute.kind);
        found.push(Violation::new(Rule::Type, key, what));
    } else if !is_allowed(key, attribute, value) {
        found.push(Violation::new(Rule::Value, key, format!("{value:?}")));
    }
}

fn is_text(value: &AnyValue) -> bool {
    matches!(value.value, Some(Value::StringValue(_)))
}

fn is_allowed(key: &str, attribute: &Attribute, value: &Value) -> bool {
    match value {
        Value::StringValue(text) if !attribute.values.is_empty() => {
            attribute.values.iter().any(|known| known == text)
        }
        Value::StringValue(text) => is_allowed_text(key, text),
        Value::IntValue(number) if PORTS.contains(&key) => (1..=65_535).contains(number),
        // RFC 9110, section 15: three digits.
        Value::IntValue(number) if key == "http.response.status_code" => {
            (100..=999).contains(number)
        }
        Value::IntValue(number) => *number >= 0,
        // Keys of header fields are in lower case.
        Value::ArrayValue(_) => !key.bytes().any(|byte| byte.is_ascii_uppercase()),
        _ => true,
    }
}

/// What parts of URLs may not hold.
fn is_allowed_text(key: &str, text: &str) -> bool {
    match key {
        "url.path" => !text.contains('?'),
        "url.query" => !text.starts_with('?'),
        "url.full" => {
            let rest = text.split_once("://").map(|(scheme, rest)| (!scheme.is_empty(), rest));
            rest.is_some_and(|(has_scheme, rest)| has_scheme && has_no_user(rest))
        }
        "http.route" | "url.template" => text.starts_with('/') && !text.contains('?'),
        _ => true,
    }
}

/// User names and passwords are redacted (`url.full`).
fn has_no_user(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_none_or(|(user, _)| user == "REDACTED:REDACTED")
}
