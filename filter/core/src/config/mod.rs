//! Configuration: JSON in, a complete and valid [`Config`] or every problem out.
//!
//! [`options`] is the one table of what can be configured; validation, the JSON Schema and the
//! README's table all follow it. A value is first checked against the table, every problem
//! collected, and only a value without problems is compiled.

mod compile;
mod duration;
mod environment;
pub mod json_schema;
pub mod options;
mod problem;
mod structure;
mod validate;

pub use problem::Problem;

use crate::exporter::RetrySettings;
use crate::otlp::messages::KeyValue;
use crate::queue::BatchLimits;
use crate::redact::Redaction;
use crate::sampling::Sampler;
use crate::span::SpanKind;

/// A valid configuration, compiled for use.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where spans go.
    pub exporter: OtlpHttp,
    /// Bounds of batches and queue.
    pub batch: BatchLimits,
    /// When to try again.
    pub retry: RetrySettings,
    /// Configured resource attributes.
    pub resource: Vec<KeyValue>,
    /// The head sampler.
    pub sampler: Sampler,
    /// The side of every exchange; `None`: ask the listener.
    pub direction: Option<SpanKind>,
    /// What must not leave the proxy.
    pub redaction: Redaction,
    /// Most characters of an attribute's value.
    pub attribute_value_length_limit: usize,
}

/// Export over OTLP/HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpHttp {
    /// Name of the Envoy cluster.
    pub cluster: String,
    /// Value of `:authority`.
    pub authority: String,
    /// Value of `:path`.
    pub path: String,
    /// Additional header fields.
    pub headers: Vec<(String, String)>,
    /// Milliseconds until an export counts as failed.
    pub timeout_ms: u64,
}

impl Config {
    /// Reads a plugin configuration: JSON, or a serialised `google.protobuf.Struct`.
    /// `environment` looks up the VM's environment variables.
    ///
    /// # Errors
    /// Every problem of the configuration, in the order of the options.
    pub fn parse(
        bytes: &[u8],
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Problem>> {
        let mut value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(error) => structure::decode(bytes)
                .ok_or_else(|| vec![Problem::new("", format!("is not valid JSON: {error}"))])?,
        };
        environment::substitute(&mut value, environment);
        let problems = validate::check(&value);
        if !problems.is_empty() {
            return Err(problems);
        }
        let config = compile::compile(&value);
        let problems = validate::contradictions(&config);
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests;
