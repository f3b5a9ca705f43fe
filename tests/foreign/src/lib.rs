//! Propagators that are not ours: those of OpenTelemetry in Rust and in Python, and Datadog's own.
//! Tests of interoperation let them write what the filter reads and read what it writes. [`otlp`] has
//! decoders of what it exports.
//!
//! ```
//! use spanmesh_foreign::{Format, Propagator, corpus};
//!
//! for propagator in Propagator::of(Format::B3) {
//!     let kept = |case: &corpus::ContextCase| propagator.keeps(case.context.decision);
//!     for case in corpus::contexts().filter(kept) {
//!         let read = propagator.extract(&propagator.inject(&case.context));
//!         assert_eq!(read, Some(case.context), "{propagator}: {}", case.why);
//!     }
//! }
//! ```
//!
//! The Python packages run in one process, which `propagators.py` serves and the first use starts.
//! `SPANMESH_PROPAGATORS` names their interpreter; `make test` installs it.

pub mod baggage;
pub mod corpus;
pub mod otlp;

mod context;
mod format;
mod opentelemetry_rust;
mod propagator;
mod python;
mod server;

pub use context::{Context, Decision};
pub use format::Format;
pub use propagator::{Library, Propagator, extract_composite, inject_composite};

/// Header fields as foreign code writes and reads them: text, names in lower case.
pub type Headers = Vec<(String, String)>;

/// The propagators' own form of fields that a table holds.
pub fn headers(fields: &[(&str, &str)]) -> Headers {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
