//! Formats of trace context in the real Envoy, with foreign code at both ends.
//!
//! ```text
//! foreign code injects ──► Envoy, inbound ──► application, whose fields foreign code extracts
//!                            SERVER span
//! ```
//!
//! `interop` has the whole corpus without Envoy; here is what only a proxy shows: the fields of the
//! next hop, the span, and the counters. [`lab`] has many configurations in one Envoy.

mod conflicts;
mod decisions;
mod environment;
mod formats;
mod hops;
mod hostile;
mod invalid;
mod lab;
mod short_ids;
mod untouched;
mod vendors;
