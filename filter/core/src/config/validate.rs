//! Checks a value against the table of options, and collects every problem.

use serde_json::{Map, Value};

use super::options::{Kind, Opt, ROOT, SAMPLER};
use super::{Config, Problem, duration};

/// Deepest nesting of samplers.
const MAX_DEPTH: usize = 16;

/// Every problem of a whole configuration.
pub(super) fn check(value: &Value) -> Vec<Problem> {
    let mut checker = Checker { path: Vec::new(), problems: Vec::new() };
    checker.check(value, &Kind::Object(&ROOT));
    checker.problems
}

/// Problems between options that are each valid alone.
pub(super) fn contradictions(config: &Config) -> Vec<Problem> {
    let (batch, retry) = (&config.batch, &config.retry);
    let seconds = |nanos: u64| duration::words(nanos / 1_000_000);
    let mut problems = Vec::new();
    let mut smaller = |path: &str, value: String, limit: &str, bound: String| {
        let reason = format!("must not be more than {limit} ({bound}), found {value}");
        problems.push(Problem::new(path, reason));
    };
    if batch.max_export_batch_size > batch.max_queue_size {
        let (value, bound) = (batch.max_export_batch_size, batch.max_queue_size);
        smaller(
            "batch.max_export_batch_size",
            value.to_string(),
            "max_queue_size",
            bound.to_string(),
        );
    }
    if batch.max_export_batch_bytes > batch.max_queue_bytes {
        let (value, bound) = (batch.max_export_batch_bytes, batch.max_queue_bytes);
        smaller(
            "batch.max_export_batch_bytes",
            value.to_string(),
            "max_queue_bytes",
            bound.to_string(),
        );
    }
    if retry.initial_interval > retry.max_interval {
        let (value, bound) = (seconds(retry.initial_interval), seconds(retry.max_interval));
        smaller("retry.initial_interval", value, "max_interval", bound);
    }
    problems
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
            Kind::Attributes => self.entries(value, |checker, _, value| {
                if !(value.is_string() || value.is_number() || value.is_boolean()) {
                    checker.problem("text, a number or a truth value", value);
                }
            }),
            Kind::Headers => self.entries(value, Self::header),
            Kind::Texts => self.texts(value),
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

    fn texts(&mut self, value: &Value) {
        let Value::Array(items) = value else { return self.problem("a list", value) };
        for (index, item) in items.iter().enumerate() {
            self.below(&format!("[{index}]"), |checker| checker.check(item, &Kind::Text));
        }
    }

    fn entries(&mut self, value: &Value, check: impl Fn(&mut Self, &str, &Value)) {
        let Value::Object(entries) = value else { return self.problem("an object", value) };
        for (key, item) in entries {
            self.below(&format!(".{key}"), |checker| {
                if key.is_empty() {
                    checker.problem("named: its key must not be empty", value);
                }
                check(checker, key, item);
            });
        }
    }

    /// A header field that Envoy will send as it stands. Values may be secrets: never shown.
    fn header(&mut self, name: &str, value: &Value) {
        let token =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&b);
        if !name.bytes().all(token) {
            self.push("is no lower-case HTTP field name".into());
        }
        let printable = |text: &str| text.bytes().all(|b| matches!(b, 0x20..=0x7e | b'\t'));
        if !value.as_str().is_some_and(printable) {
            self.push("must be printable ASCII text".into());
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

    fn unknown(&mut self, entries: &Map<String, Value>, options: &[Opt]) {
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
