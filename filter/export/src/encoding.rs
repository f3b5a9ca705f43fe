//! What a finished batch is turned into, for backends that want something else than protobuf.
//!
//! Spans wait in the queue as protobuf, whatever they leave as: these encoders run once for a
//! batch, over the bytes of one `ExportTraceServiceRequest` as [`crate::queue`] and
//! [`crate::envelope`] write it. They take any bytes: what is no such request gives a shorter
//! output, never an error. What backends answer is read here too.
//!
//! What is public is never inlined, since it would take over the filter's trade of size for speed.

mod base64;
mod grpc_status;
mod gzip;
mod json;
mod otlp_json;
mod partial_success;
mod reader;
mod zipkin;

pub use grpc_status::retry_delay;
pub use gzip::Gzip;
pub use otlp_json::otlp_json;
pub use partial_success::partial_success;
pub use zipkin::zipkin_json;
