//! Delivery: encoded spans in bounded batches, what they are turned into for a backend, and the
//! exporter that brings them there.
//!
//! As in the core, nothing here knows a host, a clock, a source of entropy or a log: bytes, times
//! (nanoseconds since the Unix epoch) and random numbers come in as arguments, requests and
//! counters go out as data. What runs once for a batch is built for size.

#![forbid(unsafe_code)]

pub mod destination;
pub mod encoder;
pub mod encoding;
pub mod envelope;
pub mod exporter;
pub mod queue;
mod wait;
