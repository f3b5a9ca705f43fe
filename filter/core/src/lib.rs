//! The request's part of spanmesh: trace context, sampling, keeping, and the encoding of spans.
//!
//! Nothing here knows a host, a clock, a source of entropy or a log. Bytes, times (nanoseconds
//! since the Unix epoch) and random bytes come in as arguments; header edits, encoded spans
//! and counters go out as data, and the adapter crate applies them. So everything in this crate
//! runs in a native test, under wasm-bindgen-test and under a fuzzer.

#![forbid(unsafe_code)]

pub mod counters;
pub mod entropy;
pub mod header_map;
pub mod heartbeat;
pub mod ids;
pub mod keep;
pub mod otel_trace_state;
pub mod otlp;
pub mod percent;
pub mod propagation;
pub mod redact;
pub mod request_head;
pub mod resource;
pub mod rules;
pub mod sampling;
pub mod semconv;
pub mod shared_data;
pub mod span;
pub mod span_context;
pub mod span_metrics;
mod text_map;
pub mod trace_state;
pub mod tracer;
pub mod trust;
pub mod wildcard;

/// Version of spanmesh, as it stands in the manifest.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
