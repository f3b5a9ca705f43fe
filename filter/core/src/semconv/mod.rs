//! OpenTelemetry semantic conventions 1.44.0, as far as a proxy can know them.

pub mod error;
pub mod http;
pub mod names;
pub mod network;
pub mod rpc;

/// The schema that resource and spans follow.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.44.0";
