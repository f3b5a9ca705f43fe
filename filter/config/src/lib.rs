//! Configuration: JSON in, a complete and valid [`Config`] or every problem out.
//!
//! [`options`] is the one table of what can be configured; validation, the JSON Schema and the
//! README's table all follow it. A value is first checked against the table, every problem
//! collected, and only a value without problems is compiled.
//!
//! This crate runs only while a configuration is loaded, and is built for size.

#![forbid(unsafe_code)]

mod compile;
mod duration;
mod environment;
pub mod inspect;
pub mod json_schema;
mod metadata;
pub mod options;
mod otel_environment;
mod problem;
mod structure;
mod validate;

pub use compile::TrustSettings;
pub use problem::Problem;

use spanmesh_core::keep::KeepPolicy;
use spanmesh_core::otlp::messages::KeyValue;
use spanmesh_core::propagation::{Propagation, ResponseHeader};
use spanmesh_core::sampling::{Force, Sampler};
use spanmesh_core::span::{SpanKind, SpanSettings};
use spanmesh_export::destination::Destination;
use spanmesh_export::exporter::RetrySettings;
use spanmesh_export::queue::BatchLimits;

/// A valid configuration, compiled for use.
#[derive(Debug)]
pub struct Config {
    /// Where spans go.
    pub exporter: Destination,
    /// Bounds of batches and queue.
    pub batch: BatchLimits,
    /// When to try again.
    pub retry: RetrySettings,
    /// Configured resource attributes.
    pub resource: Vec<KeyValue>,
    /// Which formats of trace context are read and written.
    pub propagation: Propagation,
    /// The head sampler.
    pub sampler: Sampler,
    /// Which wishes of callers force a trace.
    pub force: Force,
    /// What to keep after the fact; `None`: nothing.
    pub keep: Option<KeepPolicy>,
    /// Who belongs to the mesh.
    pub trust: TrustSettings,
    /// Header fields that tell trusted callers of their trace.
    pub response_headers: Vec<ResponseHeader>,
    /// Whether the ids are put into filter state.
    pub filter_state: bool,
    /// Most series of span metrics for each worker; `None`: there are no span metrics.
    pub span_metrics: Option<usize>,
    /// The side of every exchange; `None`: ask the listener.
    pub direction: Option<SpanKind>,
    /// What spans have in common.
    pub span: SpanSettings,
    /// Whether the environment says that nothing is to be done at all.
    pub disabled: bool,
    /// What was passed over in the environment.
    pub warnings: Vec<String>,
}

/// What surrounds a configuration and fills what it leaves out.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// Looks up an environment variable of the VM.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Istio's `tracing.sampling`, a percentage, from the node's metadata.
    pub mesh_sampling: Option<f64>,
    /// Looks up the node's metadata by its keys from outside in, as the host serialises it.
    pub node_metadata: &'a dyn Fn(&[&str]) -> Option<Vec<u8>>,
}

impl Config {
    /// As [`Self::resolve`], without a mesh; `variable` looks up an environment variable.
    ///
    /// # Errors
    /// As there.
    pub fn parse(
        bytes: &[u8],
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Problem>> {
        Self::resolve(
            bytes,
            &Environment { variable, mesh_sampling: None, node_metadata: &|_| None },
        )
    }

    /// Reads a plugin configuration: JSON, or a serialised `google.protobuf.Struct`. What it leaves
    /// out comes from the environment, then from the mesh, then from the defaults.
    ///
    /// # Errors
    /// Every problem of the configuration, in the order of the options.
    pub fn resolve(bytes: &[u8], environment: &Environment<'_>) -> Result<Self, Vec<Problem>> {
        let mut value = match spanmesh_json::parse(bytes) {
            Ok(value) => value,
            Err(error) => structure::decode(bytes)
                .ok_or_else(|| vec![Problem::new("", format!("is not valid JSON: {error}"))])?,
        };
        environment::substitute(&mut value, environment.variable);
        let additions = otel_environment::apply(&mut value, environment);
        let problems = validate::check(&value);
        if !problems.is_empty() {
            return Err(problems);
        }
        let config = compile::compile(&value, additions, environment);
        let problems = validate::contradictions(&config);
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests;
