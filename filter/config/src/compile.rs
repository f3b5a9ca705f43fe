//! Turns a checked value into a [`Config`]. What is not given takes the table's default, so no
//! default stands anywhere else.

mod exporter;
mod keep;
mod matching;
mod mesh_tags;
mod propagation;
mod samplers;
mod span;
mod trust;

use spanmesh_json::{Map, Value};

pub use trust::TrustSettings;

use super::options::{BATCH, FORCE, Opt, RESOURCE, RETRY, ROOT, SPAN_METRICS};
use super::otel_environment::Additions;
use super::{Config, Environment, duration};
use spanmesh_core::otlp::messages::{AnyValue, KeyValue, any_value};
use spanmesh_core::sampling::Force;
use spanmesh_core::span::SpanKind;
use spanmesh_export::exporter::RetrySettings;
use spanmesh_export::queue::{BatchLimits, DropPolicy};

/// Compiles a value that [`super::validate::check`] found no problem in. `additions` is what
/// its surroundings give; they are asked for the values of attributes too.
pub(super) fn compile(
    value: &Value,
    additions: Additions,
    environment: &Environment<'_>,
) -> Config {
    let root = Section::new(value, &ROOT);
    let (batch, retry) = (root.section("batch", &BATCH), root.section("retry", &RETRY));
    let force = root.section("force", &FORCE);
    let routes = span::routes(&root);
    let sampler = samplers::compile(&root.value("sampler"), "sampler", additions.ratio, &routes);
    Config {
        exporter: exporter::compile(&root.value("exporter")),
        batch: BatchLimits {
            schedule_delay: batch.nanoseconds("schedule_delay"),
            max_export_batch_size: batch.size("max_export_batch_size"),
            max_export_batch_bytes: batch.size("max_export_batch_bytes"),
            max_queue_size: batch.size("max_queue_size"),
            max_queue_bytes: batch.size("max_queue_bytes"),
            drop_when_full: match batch.text("drop_when_full").as_str() {
                "oldest" => DropPolicy::Oldest,
                _ => DropPolicy::Newest,
            },
        },
        retry: RetrySettings {
            initial_interval: retry.nanoseconds("initial_interval"),
            max_interval: retry.nanoseconds("max_interval"),
            max_elapsed_time: retry.nanoseconds("max_elapsed_time"),
        },
        resource: resource(&root, additions.resource),
        sampler,
        propagation: propagation::compile(&root.value("propagators")),
        trust: trust::compile(&root.value("trust")),
        response_headers: propagation::response_headers(&root.value("response_header")),
        filter_state: root.truth("filter_state"),
        span_metrics: span_metrics(&root),
        force: Force {
            header: force.optional_text("header"),
            request_id: force.truth("request_id"),
        },
        keep: keep::compile(&root.value("keep")),
        direction: kind_of(&root.text("direction")),
        span: span::compile(&root, routes, environment),
        disabled: additions.disabled,
        warnings: additions.warnings,
    }
}

/// What a rule asks of requests.
pub(super) fn request_match(value: &Value) -> spanmesh_core::rules::Match {
    matching::compile(Some(value)).request
}

/// The limit of series; `None` for null.
fn span_metrics(root: &Section<'_>) -> Option<usize> {
    let value = root.value("span_metrics");
    value.as_object()?;
    Some(Section::new(&value, &SPAN_METRICS).size("aggregation_cardinality_limit"))
}

/// The side that a direction means; `None` for auto.
fn kind_of(direction: &str) -> Option<SpanKind> {
    match direction {
        "inbound" => Some(SpanKind::Server),
        "outbound" => Some(SpanKind::Client),
        _ => None,
    }
}

/// Configured attributes, then those of the environment; the first of a key wins.
fn resource(root: &Section<'_>, more: Vec<(String, String)>) -> Vec<KeyValue> {
    let mut resource = attributes(&root.section("resource", &RESOURCE).value("attributes"));
    for (key, value) in more {
        if resource.iter().all(|known| known.key != key) {
            resource.push(KeyValue::string(key, value));
        }
    }
    resource
}

fn attributes(value: &Value) -> Vec<KeyValue> {
    let entries = value.as_object().into_iter().flatten();
    let attribute = |(key, value): (&String, &Value)| {
        let value = match value {
            Value::Bool(truth) => any_value::Value::Bool(*truth),
            Value::Number(number) => number
                .as_i64()
                .map(any_value::Value::Int)
                .unwrap_or_else(|| any_value::Value::Double(number.as_f64())),
            other => any_value::Value::String(text(other)),
        };
        KeyValue { key: key.clone(), value: Some(AnyValue { value: Some(value) }) }
    };
    entries.map(attribute).collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An object and the options it may have.
struct Section<'a> {
    entries: Option<&'a Map>,
    options: &'static [Opt],
}

impl<'a> Section<'a> {
    fn new(value: &'a Value, options: &'static [Opt]) -> Self {
        Self { entries: value.as_object(), options }
    }

    /// The section below option `name`.
    fn section(&self, name: &str, options: &'static [Opt]) -> Self {
        let entries = self.entries.and_then(|entries| entries.get(name)).and_then(Value::as_object);
        Self { entries, options }
    }

    /// The value given for option `name`, else its default.
    fn value(&self, name: &str) -> Value {
        let given = self.entries.and_then(|entries| entries.get(name)).filter(|v| !v.is_null());
        given.cloned().unwrap_or_else(|| {
            let option = self.options.iter().find(|option| option.name == name);
            let default = option.and_then(|option| option.default).unwrap_or("null");
            spanmesh_json::parse(default.as_bytes()).unwrap_or_default()
        })
    }

    fn text(&self, name: &str) -> String {
        text(&self.value(name))
    }

    /// `None` for null.
    fn optional_text(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    fn truth(&self, name: &str) -> bool {
        self.value(name).as_bool().unwrap_or_default()
    }

    fn number(&self, name: &str) -> f64 {
        self.value(name).as_f64().unwrap_or_default()
    }

    /// `None` for null.
    fn optional_nanoseconds(&self, name: &str) -> Option<u64> {
        Some(self.nanoseconds(name)).filter(|nanos| *nanos > 0)
    }

    fn size(&self, name: &str) -> usize {
        self.value(name).as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
    }

    fn nanoseconds(&self, name: &str) -> u64 {
        duration::milliseconds(&self.value(name)).unwrap_or_default().saturating_mul(1_000_000)
    }
}
