//! OpenTelemetry's environment variables, and what the mesh says, below the plugin configuration.
//!
//! Each fills an option that the configuration leaves out (SDK specification,
//! configuration/sdk-environment-variables.md). An empty variable is an unset one, and one that
//! makes no sense is passed over with a warning, as the specification asks.

mod pairs;

use spanmesh_json::{Map, Value, parse_number};

use super::options::propagation::NONE;
use super::{Environment, duration};
use spanmesh_core::propagation::Propagator;

/// Longest time that a duration option takes, in milliseconds.
const HOUR: u64 = 3_600_000;

/// What the surroundings of a configuration add to it.
#[derive(Debug)]
pub(super) struct Additions {
    /// The share of samplers that name none, from 0 to 1.
    pub ratio: f64,
    /// Whether `OTEL_SDK_DISABLED` is true.
    pub disabled: bool,
    /// Attributes of the resource that `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` give.
    pub resource: Vec<(String, String)>,
    /// Variables that made no sense.
    pub warnings: Vec<String>,
}

/// Fills what `value` leaves out.
pub(super) fn apply(value: &mut Value, environment: &Environment<'_>) -> Additions {
    let mut reader = Reader { environment, warnings: Vec::new() };
    let ratio_of_variable = reader.sampler(value);
    reader.propagators(value);
    reader.batch(value);
    reader.exporter(value);
    reader.limits(value);
    let disabled = reader.is_true("OTEL_SDK_DISABLED");
    let resource = reader.resource();
    let ratio_of_mesh = reader.mesh(value);
    Additions {
        ratio: ratio_of_variable.or(ratio_of_mesh).unwrap_or(1.0),
        disabled,
        resource,
        warnings: reader.warnings,
    }
}

struct Reader<'a> {
    environment: &'a Environment<'a>,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        let value = (self.environment.variable)(name)?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Warns that a variable is passed over. Its value may be a secret: never shown.
    fn warn(&mut self, name: &str, expected: &str) {
        self.warnings.push(format!("{name} is ignored: it must be {expected}"));
    }

    /// The sampler of OTEL_TRACES_SAMPLER, unless one is configured. Returns the ratio of its
    /// argument.
    fn sampler(&mut self, value: &mut Value) -> Option<f64> {
        const NAME: &str = "OTEL_TRACES_SAMPLER";
        let name = self.variable(NAME)?;
        let ratio = if name.ends_with("traceidratio") { Some(self.ratio()) } else { None };
        let by_ratio = || {
            let options = Value::object("ratio", ratio.unwrap_or(1.0));
            Value::object("trace_id_ratio_based", options)
        };
        let by_parent = |root: Value| Value::object("parent_based", Value::object("root", root));
        let sampler = match name.as_str() {
            "always_on" | "always_off" => Value::from(name.as_str()),
            "traceidratio" => by_ratio(),
            "parentbased_always_on" => by_parent("always_on".into()),
            "parentbased_always_off" => by_parent("always_off".into()),
            "parentbased_traceidratio" => by_parent(by_ratio()),
            _ => {
                self.warn(NAME, "a sampler that needs no cluster: configure `sampler` instead");
                return None;
            }
        };
        fill(value, &["sampler"], sampler);
        ratio
    }

    fn ratio(&mut self) -> f64 {
        const NAME: &str = "OTEL_TRACES_SAMPLER_ARG";
        let Some(text) = self.variable(NAME) else { return 1.0 };
        let ratio = parse_number(text.as_bytes()).filter(|ratio| (0.0..=1.0).contains(ratio));
        ratio.unwrap_or_else(|| {
            self.warn(NAME, "a number from 0 to 1");
            1.0
        })
    }

    /// A list of names, in any case of letters; what is unknown is passed over, and so is a list of
    /// nothing else.
    fn propagators(&mut self, value: &mut Value) {
        const NAME: &str = "OTEL_PROPAGATORS";
        let Some(list) = self.variable(NAME) else { return };
        let list = list.to_ascii_lowercase();
        let mut names: Vec<&str> = Vec::new();
        let mut is_none = false;
        for name in list.split(',').map(str::trim) {
            is_none |= name == NONE;
            if Propagator::from_name(name).is_some() {
                if !names.contains(&name) {
                    names.push(name);
                }
            } else if !name.is_empty() && name != NONE {
                self.warn(
                    NAME,
                    "a list of propagators that spanmesh knows: another one is left out",
                );
            }
        }
        if is_none || !names.is_empty() {
            let names = names.into_iter().map(Value::from).collect();
            fill(value, &["propagators"], Value::Array(names));
        }
    }

    fn batch(&mut self, value: &mut Value) {
        self.milliseconds(value, "OTEL_BSP_SCHEDULE_DELAY", &["batch", "schedule_delay"]);
        self.integer(value, "OTEL_BSP_MAX_QUEUE_SIZE", &["batch", "max_queue_size"], 1_000_000);
        let size = &["batch", "max_export_batch_size"];
        self.integer(value, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", size, 100_000);
    }

    fn exporter(&mut self, value: &mut Value) {
        let exporter = value.get("exporter");
        let given = |name: &str| exporter.is_some_and(|exporter| exporter.get(name).is_some());
        let otlp = ["otlp_http", "otlp_grpc"].into_iter().find(|name| given(name));
        if given("zipkin") {
            self.milliseconds(
                value,
                "OTEL_EXPORTER_ZIPKIN_TIMEOUT",
                &["exporter", "zipkin", "timeout"],
            );
        }
        let Some(otlp) = otlp else { return };
        for name in ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"] {
            self.milliseconds(value, name, &["exporter", otlp, "timeout"]);
        }
        for name in ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"] {
            self.headers(value, name, &["exporter", otlp, "headers"]);
        }
        if otlp == "otlp_http" {
            for name in ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"]
            {
                self.word(value, name, &["gzip", "none"], &["exporter", otlp, "compression"]);
            }
        }
    }

    fn headers(&mut self, value: &mut Value, name: &str, path: &[&str]) {
        let Some(text) = self.variable(name) else { return };
        let Some(pairs) = pairs::parse(&text) else {
            return self.warn(name, "a list such as key1=value1,key2=value2");
        };
        let mut headers = Value::Object(Map::new());
        for (key, text) in pairs {
            fill(&mut headers, &[key.to_ascii_lowercase().as_str()], Value::String(text));
        }
        fill(value, path, headers);
    }

    fn word(&mut self, value: &mut Value, name: &str, words: &[&str], path: &[&str]) {
        match self.variable(name) {
            Some(text) if words.contains(&text.as_str()) => fill(value, path, Value::String(text)),
            Some(_) => self.warn(name, &["one of ", &words.join(", ")].concat()),
            None => {}
        }
    }

    fn limits(&mut self, value: &mut Value) {
        for name in ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"]
        {
            let path = &["limits", "attribute_value_length_limit"];
            self.integer(value, name, path, 1 << 20);
        }
        for name in ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"] {
            self.integer(value, name, &["limits", "attribute_count_limit"], 65_536);
        }
    }

    fn resource(&mut self) -> Vec<(String, String)> {
        const NAME: &str = "OTEL_RESOURCE_ATTRIBUTES";
        let service = self.variable("OTEL_SERVICE_NAME");
        let mut attributes = vec![];
        attributes.extend(service.map(|service| ("service.name".to_owned(), service)));
        match self.variable(NAME).map(|text| pairs::parse(&text)) {
            Some(Some(pairs)) => attributes.extend(pairs),
            Some(None) => self.warn(NAME, "a list such as key1=value1,key2=value2"),
            None => {}
        }
        attributes
    }

    /// Istio's `tracing.sampling`, a percentage: the root's share, unless a sampler is configured.
    fn mesh(&mut self, value: &mut Value) -> Option<f64> {
        let percentage = self.environment.mesh_sampling?;
        if !(0.0..=100.0).contains(&percentage) {
            self.warn("tracing.sampling of the mesh", "a percentage from 0 to 100");
            return None;
        }
        let ratio = percentage / 100.0;
        let root = Value::object("probability", Value::object("ratio", ratio));
        fill(value, &["sampler"], Value::object("parent_based", Value::object("root", root)));
        Some(ratio)
    }

    fn is_true(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn milliseconds(&mut self, value: &mut Value, name: &str, path: &[&str]) {
        self.integer(value, name, path, HOUR);
    }

    fn integer(&mut self, value: &mut Value, name: &str, path: &[&str], most: u64) {
        let Some(text) = self.variable(name) else { return };
        match text.parse::<u64>().ok().filter(|number| (1..=most).contains(number)) {
            Some(number) => fill(value, path, Value::from(number)),
            None if most == HOUR => {
                self.warn(name, &format!("milliseconds from 1 to {}", duration::words(most)));
            }
            None => self.warn(name, &format!("a whole number from 1 to {most}")),
        }
    }
}

/// Sets the option at `path` unless it is given. What is no object is left to validation.
fn fill(value: &mut Value, path: &[&str], option: Value) {
    let Some((name, rest)) = path.split_first() else { return };
    let Value::Object(entries) = value else { return };
    if !entries.contains_key(name) {
        entries.insert((*name).to_owned(), Value::Null);
    }
    let Some(entry) = entries.get_mut(name) else { return };
    if rest.is_empty() {
        if entry.is_null() {
            *entry = option;
        }
        return;
    }
    if entry.is_null() {
        *entry = Value::Object(Map::new());
    }
    fill(entry, rest, option);
}

#[cfg(test)]
mod tests;
