//! What a test wants otherwise.

use std::fmt;

use serde_json::Value;

use super::rule::{Rule, Violation};

/// Keys of the options whose keys are attributes of spans.
const OF_SPANS: [&str; 3] = ["constant", "environment", "node_metadata"];

/// What limits of a span may take: whatever does not fit, and the ends of texts.
const OF_LIMITS: [Rule; 6] =
    [Rule::Dropped, Rule::Required, Rule::Conditional, Rule::Name, Rule::ErrorType, Rule::Value];

/// A rule that may be broken, by these subjects, for a reason.
#[derive(Clone, Debug)]
pub struct Allowance {
    rule: Rule,
    /// With `*` for any characters and `?` for one.
    subject: String,
    reason: String,
}

impl Allowance {
    /// Allows what is broken of `rule` by subjects (attributes, fields; `*` stands for any
    /// characters, `?` for one).
    pub fn of(rule: Rule, subjects: &[&str], reason: &str) -> Vec<Allowance> {
        assert!(!reason.trim().is_empty(), "an allowance has a reason");
        let allow = |subject: &&str| Allowance {
            rule,
            subject: (*subject).to_owned(),
            reason: reason.to_owned(),
        };
        subjects.iter().map(allow).collect()
    }

    /// Allows attributes of spans that the conventions do not know.
    pub fn attributes(keys: &[&str], reason: &str) -> Vec<Allowance> {
        Allowance::of(Rule::Unknown, keys, reason)
    }

    /// Allows attributes of the resource that the conventions do not know.
    pub fn resource(keys: &[&str], reason: &str) -> Vec<Allowance> {
        Allowance::of(Rule::Resource, keys, reason)
    }

    /// Allows what small limits of a span take.
    pub fn limits(reason: &str) -> Vec<Allowance> {
        OF_LIMITS.iter().flat_map(|rule| Allowance::of(*rule, &["*"], reason)).collect()
    }

    /// Allows what a plugin configuration asks for: attributes of its own, and small limits.
    pub fn configured(plugin: &Value) -> Vec<Allowance> {
        let keys = |value: &Value| -> Vec<String> {
            value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
        };
        let attributes = &plugin["attributes"];
        let mut of_spans: Vec<String> =
            OF_SPANS.iter().flat_map(|option| keys(&attributes[option])).collect();
        let baggage = attributes["baggage"].as_array().into_iter().flatten();
        of_spans.extend(baggage.filter_map(Value::as_str).map(str::to_owned));
        let of_resource = keys(&plugin["resource"]["attributes"]);
        let texts = |keys: &[String], rule| {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            Allowance::of(rule, &keys, "the plugin configuration asks for it")
        };
        let mut allowed = texts(&of_spans, Rule::Unknown);
        allowed.extend(texts(&of_resource, Rule::Resource));
        if plugin.get("limits").is_some() {
            allowed.extend(Allowance::limits("the plugin configuration has limits"));
        }
        allowed
    }

    pub(super) fn covers(&self, violation: &Violation) -> bool {
        self.rule == violation.rule && matches(&self.subject, &violation.subject)
    }
}

/// Whether `text` fits a pattern in which `*` stands for any characters and `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (mut patterns, mut texts) = (pattern.chars(), text.chars());
    match patterns.next() {
        None => text.is_empty(),
        Some('*') => {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| matches(patterns.as_str(), &text[at..]))
        }
        Some(wanted) => {
            let fits = texts.next().is_some_and(|found| wanted == '?' || wanted == found);
            fits && matches(patterns.as_str(), texts.as_str())
        }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}, because {}", self.rule, self.subject, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_match_whole_subjects() {
        for (pattern, text, expected) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("a.*", "a.bc", true),
            ("*.c", "a.b.c", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcd", false),
            ("*", "", true),
            ("ab?", "abc", true),
            ("ab?", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_configuration_allows_what_it_asks_for_and_no_more() {
        let plugin = json!({
            "attributes": {"constant": {"team": "a"}, "baggage": ["user.*"],
                           "request_headers": ["x-a"]},
            "resource": {"attributes": {"replicas": 3}},
        });
        let allowed = Allowance::configured(&plugin);
        for (rule, subject, expected) in [
            (Rule::Unknown, "team", true),
            (Rule::Unknown, "user.id", true),
            (Rule::Unknown, "x-a", false),
            (Rule::Unknown, "replicas", false),
            (Rule::Resource, "replicas", true),
            (Rule::Type, "team", false),
            (Rule::Dropped, "dropped_attributes_count", false),
        ] {
            let violation = Violation::new(rule, subject, "");
            let is_allowed = allowed.iter().any(|allowance| allowance.covers(&violation));
            assert_eq!(is_allowed, expected, "{violation}");
        }
        let limited = Allowance::configured(&json!({"limits": {"attribute_count_limit": 1}}));
        let dropped = Violation::new(Rule::Dropped, "dropped_attributes_count", "");
        assert!(limited.iter().any(|allowance| allowance.covers(&dropped)));
    }
}
