//! Checks a value against the table of options, and collects every problem.

mod attributes;
mod contradictions;
mod propagation;
mod rules;

use spanmesh_json::{Map, Value};

use super::options::{Kind, Opt, ROOT, SAMPLER};
use super::{Problem, duration};
use spanmesh_core::trust::Cidr;

pub(super) use contradictions::contradictions;

/// Deepest nesting of samplers.
const MAX_DEPTH: usize = 16;

/// Every problem of a whole configuration.
pub(super) fn check(value: &Value) -> Vec<Problem> {
    let mut checker = Checker { path: Vec::new(), problems: Vec::new() };
    checker.check(value, &Kind::Object(&ROOT));
    checker.attributes_written_twice(value);
    checker.problems
}

struct Checker {
    path: Vec<String>,
    problems: Vec<Problem>,
}

impl Checker {
    fn check(&mut self, value: &Value, kind: &Kind) {
        match kind {
            Kind::Text => self.text(value, "text that is not empty", |text| !text.is_empty()),
            Kind::Path => self.text(value, "a path that starts with /", |text| {
                text.starts_with('/') && text.bytes().all(|b| b.is_ascii_graphic())
            }),
            Kind::Choice(words) => {
                let expected = format!("one of {}", words.join(", "));
                self.text(value, &expected, |text| words.contains(&text));
            }
            Kind::Integer(low, high) => {
                if !value.as_u64().is_some_and(|number| (*low..=*high).contains(&number)) {
                    self.problem(&format!("a whole number from {low} to {high}"), value);
                }
            }
            Kind::Ratio => {
                if !value.as_f64().is_some_and(|number| (0.0..=1.0).contains(&number)) {
                    self.problem("between 0 and 1", value);
                }
            }
            Kind::Duration(low, high) => {
                let number = duration::milliseconds(value);
                if !number.is_some_and(|number| (*low..=*high).contains(&number)) {
                    let (low, high) = (duration::words(*low), duration::words(*high));
                    let expected = format!(
                        "a duration from {low} to {high}: milliseconds, or text with a unit (ms, s, m, h)"
                    );
                    self.problem(&expected, value);
                }
            }
            Kind::Attributes => {
                self.entries(value, |checker, _, value| checker.check(value, &Kind::Scalar));
            }
            // What it is instead may be a secret: not shown.
            Kind::Headers if !value.is_object() => self.push("must be an object".into()),
            Kind::Headers => self.entries(value, Self::header),
            Kind::Scalar => {
                if !(value.is_string() || value.is_number() || value.is_boolean()) {
                    self.problem("text, a number or a truth value", value);
                }
            }
            Kind::List(kind) => self.list(value, kind),
            Kind::OneOrMore(kind) => {
                self.one_or_more(value, |checker, item| checker.check(item, kind));
            }
            Kind::SpanAttributes(kind) => self.span_attributes(value, kind),
            Kind::Template => self.template(value),
            Kind::TextOr(kind, keys) => match value {
                Value::String(_) => self.check(value, kind),
                _ => self.one_matcher(value, keys),
            },
            Kind::Truth => {
                if !value.is_boolean() {
                    self.problem("true or false", value);
                }
            }
            Kind::Number(low, high) => {
                if !value.as_f64().is_some_and(|number| (*low..=*high).contains(&number)) {
                    let (low, high) = (Value::from(*low), Value::from(*high));
                    self.problem(&format!("a number from {low} to {high}"), value);
                }
            }
            Kind::HeaderName => self.text(value, "a lower-case HTTP field name", is_field_name),
            Kind::AnswerHeaders => self.one_or_more(value, Self::answer_header),
            Kind::Propagators(options) => match value {
                Value::Array(_) => self.propagators(value),
                Value::Object(_) => self.object(value, options),
                _ => self.problem("a list, or an object with extract and inject", value),
            },
            Kind::PropagatorNames => self.propagators(value),
            Kind::Ranges => self.one_or_more(value, |checker, range| {
                let expected = "an address range such as 10.0.0.0/8 or 2001:db8::/32";
                checker.text(range, expected, |text| Cidr::parse(text).is_some());
            }),
            Kind::Some(words) => self.some(value, words),
            Kind::Rules(options) => self.rules(value, options),
            Kind::NotEmpty(options) => self.not_empty(value, options),
            Kind::Matcher(keys) => self.matcher(value, keys),
            Kind::HeaderMatchers => self.header_matchers(value),
            Kind::Ports => self.one_or_more(value, |checker, port| {
                if !port.as_u64().is_some_and(|port| (1..=65_535).contains(&port)) {
                    checker.problem("a port from 1 to 65535", port);
                }
            }),
            Kind::Statuses => self.one_or_more(value, Self::status),
            Kind::Object(options) => self.object(value, options),
            Kind::OneOf(options) => self.one_of(value, options),
            Kind::Named(names, options) => match value {
                Value::String(_) => self.check(value, names),
                _ => self.one_of(value, options),
            },
            Kind::Sampler if self.path.len() > MAX_DEPTH => {
                self.problem("nested less deeply", &Value::String("more".into()));
            }
            Kind::Sampler => self.check(value, &SAMPLER),
        }
    }

    fn text(&mut self, value: &Value, expected: &str, accepts: impl Fn(&str) -> bool) {
        if !value.as_str().is_some_and(accepts) {
            self.problem(expected, value);
        }
    }

    fn list(&mut self, value: &Value, kind: &Kind) {
        let Value::Array(items) = value else { return self.problem("a list", value) };
        self.items(items, |checker, item| checker.check(item, kind));
    }

    fn items(&mut self, items: &[Value], check: impl Fn(&mut Self, &Value)) {
        for (index, item) in items.iter().enumerate() {
            self.below(&format!("[{index}]"), |checker| check(checker, item));
        }
    }

    fn entries(&mut self, value: &Value, check: impl Fn(&mut Self, &str, &Value)) {
        let Value::Object(entries) = value else { return self.problem("an object", value) };
        for (key, item) in entries {
            self.below(&format!(".{key}"), |checker| {
                if key.is_empty() {
                    checker.push("must be named: its key must not be empty".into());
                }
                check(checker, key, item);
            });
        }
    }

    /// A header field that Envoy will send as it stands. Values may be secrets: never shown.
    fn header(&mut self, name: &str, value: &Value) {
        self.field_name(name);
        let printable = |text: &str| text.bytes().all(|b| matches!(b, 0x20..=0x7e | b'\t'));
        if !value.as_str().is_some_and(printable) {
            self.push("must be printable ASCII text".into());
        }
    }

    fn field_name(&mut self, name: &str) {
        if !is_field_name(name) {
            self.push("is no lower-case HTTP field name".into());
        }
    }

    /// One item, or a list of at least one.
    fn one_or_more(&mut self, value: &Value, check: impl Fn(&mut Self, &Value)) {
        match value {
            Value::Array(items) if items.is_empty() => self.problem("a list with an item", value),
            Value::Array(items) => self.items(items, check),
            item => check(self, item),
        }
    }

    fn some(&mut self, value: &Value, words: &'static [&'static str]) {
        match value {
            Value::Bool(_) => {}
            Value::Array(_) => {
                self.one_or_more(value, |checker, word| checker.check(word, &Kind::Choice(words)));
            }
            _ => self.problem(&format!("true, false or a list of {}", words.join(", ")), value),
        }
    }

    fn object(&mut self, value: &Value, options: &[Opt]) {
        // `always_on:` in YAML is null: an object without entries.
        let none = Map::new();
        let entries = match value {
            Value::Object(entries) => entries,
            Value::Null if options.is_empty() => &none,
            _ => return self.problem("an object", value),
        };
        self.unknown(entries, options);
        for option in options {
            self.below(&dotted(option.name), |checker| match entries.get(option.name) {
                None | Some(Value::Null) if option.default.is_none() => {
                    checker.push(format!("is required: {}", option.meaning));
                }
                None | Some(Value::Null) => {}
                Some(value) => checker.check(value, &option.kind),
            });
        }
    }

    fn one_of(&mut self, value: &Value, options: &[Opt]) {
        let Value::Object(entries) = value else { return self.problem("an object", value) };
        self.unknown(entries, options);
        let given: Vec<_> = options.iter().filter(|o| entries.contains_key(o.name)).collect();
        for option in &given {
            let value = entries.get(option.name).unwrap_or(&Value::Null);
            self.below(&dotted(option.name), |checker| checker.check(value, &option.kind));
        }
        if given.len() != 1 {
            let names: Vec<_> = options.iter().map(|option| option.name).collect();
            let found = if given.is_empty() { "none" } else { "several" };
            self.push(format!("must have exactly one of {}, found {found}", names.join(", ")));
        }
    }

    fn unknown(&mut self, entries: &Map, options: &[Opt]) {
        for key in entries.keys().filter(|key| options.iter().all(|o| o.name != key.as_str())) {
            self.below(&dotted(key), |checker| checker.push("is no known option".into()));
        }
    }

    fn below(&mut self, step: &str, check: impl FnOnce(&mut Self)) {
        self.path.push(step.to_owned());
        check(self);
        self.path.pop();
    }

    fn problem(&mut self, expected: &str, found: &Value) {
        self.push(format!("must be {expected}, found {}", shown(found)));
    }

    fn push(&mut self, reason: String) {
        let path = self.path.concat();
        self.problems.push(Problem::new(path.trim_start_matches('.'), reason));
    }
}

fn is_field_name(name: &str) -> bool {
    let token =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&b);
    !name.is_empty() && name.bytes().all(token)
}

fn dotted(name: &str) -> String {
    format!(".{name}")
}

/// The value as JSON, cut where it is long.
fn shown(value: &Value) -> String {
    let json = value.to_string();
    match json.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", json.get(..end).unwrap_or_default()),
        None => json,
    }
}
