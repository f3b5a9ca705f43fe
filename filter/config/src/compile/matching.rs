//! Compiles what rules match.

use spanmesh_json::Value;

use super::kind_of;
use crate::options::MatchKey;
use spanmesh_core::rules::{AnyOf, Conditions, Match, PathPattern, Statuses, TextMatcher, regex};

/// What a rule matches.
#[derive(Default)]
pub(super) struct Matching {
    /// Of the request.
    pub request: Match,
    /// Of the answer: its status.
    pub statuses: Option<Statuses>,
    /// Of the answer: its header fields.
    pub response_headers: Vec<(String, AnyOf)>,
}

/// One way in which a text may match, before it is known of what.
enum Pattern<'a> {
    Exact(&'a str),
    Key(MatchKey, &'a Value),
}

/// Compiles the value of `match`; nothing matches everything.
pub(super) fn compile(value: Option<&Value>) -> Matching {
    let Some(Value::Object(entries)) = value else { return Matching::default() };
    let get = |name: &str| entries.get(name).filter(|value| !value.is_null());
    let texts = |name: &str| get(name).map(any_of);
    let conditions = Conditions {
        method: texts("method"),
        host: get("host").map(lower_case).as_ref().map(any_of),
        headers: headers(get("header")),
        direction: get("direction").and_then(|direction| kind_of(direction.as_str()?)),
        grpc_service: texts("grpc_service"),
        grpc_method: texts("grpc_method"),
        listener_ports: (get("listener_port").into_iter().flat_map(items))
            .filter_map(|port| u16::try_from(port.as_u64()?).ok())
            .collect(),
    };
    let paths = get("path").into_iter().flat_map(items).map(|path| path_of(pattern(path)));
    Matching {
        request: Match { paths: paths.collect(), conditions },
        statuses: get("response_status").map(statuses),
        response_headers: headers(get("response_header")),
    }
}

pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

pub(super) fn any_of(value: &Value) -> AnyOf {
    AnyOf(items(value).iter().map(|item| text_of(pattern(item))).collect())
}

pub(super) fn headers(value: Option<&Value>) -> Vec<(String, AnyOf)> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), any_of(value))).collect()
}

fn statuses(value: &Value) -> Statuses {
    let mut statuses = Statuses::default();
    for item in items(value) {
        statuses.add(&item.as_str().map_or_else(|| item.to_string(), str::to_owned));
    }
    statuses
}

/// Hosts are compared in lower case. Patterns are left as they are written.
pub(super) fn lower_case(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.to_ascii_lowercase()),
        Value::Array(items) => Value::Array(items.iter().map(lower_case).collect()),
        other => other.clone(),
    }
}

fn pattern(value: &Value) -> Pattern<'_> {
    let entry = value.as_object().and_then(|entries| entries.iter().next());
    let key = |name: &str| MatchKey::ALL.into_iter().find(|key| key.name() == name);
    match entry.and_then(|(name, value)| Some((key(name)?, value))) {
        Some((key, value)) => Pattern::Key(key, value),
        None => Pattern::Exact(value.as_str().unwrap_or_default()),
    }
}

/// What cannot be after validation matches nothing.
fn text_of(pattern: Pattern<'_>) -> TextMatcher {
    let (key, value) = match pattern {
        Pattern::Exact(text) => return TextMatcher::Exact(text.to_owned()),
        Pattern::Key(key, value) => (key, value),
    };
    let text = value.as_str().unwrap_or_default().to_owned();
    match key {
        MatchKey::Prefix => TextMatcher::Prefix(text),
        MatchKey::Suffix => TextMatcher::Suffix(text),
        MatchKey::Regex => regex(&text).map_or(TextMatcher::Exact(text), TextMatcher::Regex),
        MatchKey::Present => TextMatcher::Present,
        MatchKey::Absent => TextMatcher::Absent,
        MatchKey::AtLeast => TextMatcher::AtLeast(value.as_f64().unwrap_or(f64::INFINITY)),
        MatchKey::Template => TextMatcher::Exact(text),
    }
}

fn path_of(pattern: Pattern<'_>) -> PathPattern {
    if let Pattern::Key(MatchKey::Template, value) = pattern {
        return PathPattern::Template(value.as_str().unwrap_or_default().to_owned());
    }
    match text_of(pattern) {
        TextMatcher::Prefix(text) => PathPattern::Prefix(text),
        TextMatcher::Suffix(text) => PathPattern::Suffix(text),
        TextMatcher::Regex(regex) => PathPattern::Regex(regex),
        TextMatcher::Exact(text) => PathPattern::Exact(text),
        TextMatcher::Present | TextMatcher::Absent | TextMatcher::AtLeast(_) => {
            PathPattern::Prefix(String::new())
        }
    }
}
