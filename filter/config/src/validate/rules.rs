//! Checks rules and what they match.

use spanmesh_json::{Map, Value};

use super::Checker;
use crate::options::MatchKey;
use crate::options::matching::HEADER;
use crate::options::{Kind, Opt};
use spanmesh_core::keep::RESERVED_NAMES;
use spanmesh_core::rules::{Statuses, check_template, regex};

impl Checker {
    /// Rules, each valid by itself, of different names, and each within reach.
    pub(super) fn rules(&mut self, value: &Value, options: &[Opt]) {
        let Value::Array(rules) = value else { return self.problem("a list", value) };
        let decides = options.iter().any(|option| option.name == "sampler");
        if decides && rules.is_empty() {
            return self.problem("a list with a rule", value);
        }
        let name = |rule: &Value| rule.get("name").and_then(Value::as_str).map(str::to_owned);
        let matches_all = |rule: &Value| {
            rule.get("match").is_none_or(Value::is_null)
                && rule.get("slower_than").is_none_or(Value::is_null)
        };
        let end = rules.iter().position(matches_all).unwrap_or(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            self.below(&format!("[{index}]"), |checker| {
                checker.object(rule, options);
                let own = name(rule);
                let same = |earlier: &Value| own.is_some() && name(earlier) == own;
                if let Some(earlier) = rules.iter().take(index).position(same) {
                    let shown = rule.get("name").unwrap_or(&Value::Null);
                    checker
                        .below(".name", |c| c.push(format!("is that of rule {earlier}: {shown}")));
                }
                if !decides && own.as_deref().is_some_and(|name| RESERVED_NAMES.contains(&name)) {
                    let reserved = RESERVED_NAMES.join(", ");
                    checker.below(".name", |c| c.push(format!("must be none of {reserved}")));
                }
                if index > end {
                    checker.push(format!("is never reached: rule {end} matches everything"));
                }
            });
        }
    }

    pub(super) fn not_empty(&mut self, value: &Value, options: &[Opt]) {
        if value.as_object().is_some_and(|entries| entries.values().all(Value::is_null)) {
            return self.push("is empty: leave it out to match everything".into());
        }
        self.object(value, options);
    }

    pub(super) fn matcher(&mut self, value: &Value, keys: &[MatchKey]) {
        self.one_or_more(value, |checker, matcher| checker.one_matcher(matcher, keys));
    }

    pub(super) fn header_matchers(&mut self, value: &Value) {
        if value.as_object().is_some_and(Map::is_empty) {
            return self.problem("an object with a header field", value);
        }
        self.entries(value, |checker, name, matcher| {
            checker.field_name(name);
            checker.matcher(matcher, &HEADER);
        });
    }

    /// A status code as text or number, or a range of them.
    pub(super) fn status(&mut self, value: &Value) {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if Statuses::default().add(&text).is_none() {
            self.problem("a status code such as \"418\", or a range such as \"420-429\"", value);
        }
    }

    pub(super) fn one_matcher(&mut self, value: &Value, keys: &[MatchKey]) {
        let Value::Object(entries) = value else {
            return self.text(value, "text or an object", |_| true);
        };
        let names: Vec<_> = keys.iter().map(|key| key.name()).collect();
        let known = |name: &str| keys.iter().find(|key| key.name() == name);
        match entries.iter().next().filter(|_| entries.len() == 1) {
            Some((name, value)) if let Some(key) = known(name) => {
                self.below(&format!(".{name}"), |checker| checker.match_value(*key, value));
            }
            _ => {
                self.problem(&format!("an object with exactly one of {}", names.join(", ")), value)
            }
        }
    }

    fn match_value(&mut self, key: MatchKey, value: &Value) {
        let complaint = |result: Option<Result<(), String>>| result.and_then(Result::err);
        let text = value.as_str();
        let problem = match key {
            MatchKey::Prefix | MatchKey::Suffix => return self.check(value, &Kind::Text),
            MatchKey::Present | MatchKey::Absent => {
                if value.as_bool() != Some(true) {
                    self.problem("true", value);
                }
                return;
            }
            MatchKey::AtLeast if value.is_number() => None,
            MatchKey::AtLeast => return self.problem("a number", value),
            MatchKey::Template if text.is_some() => complaint(text.map(check_template)),
            MatchKey::Regex if text.is_some() => {
                let compiled = |text| regex(text).map(|_| ()).map_err(|error| error.to_string());
                complaint(text.map(compiled))
            }
            MatchKey::Template | MatchKey::Regex => return self.check(value, &Kind::Text),
        };
        if let Some(problem) = problem {
            let kind = if key == MatchKey::Regex { "regular expression" } else { "path template" };
            self.push(format!("is no {kind}: {problem}"));
        }
    }
}
