//! The proxy-wasm module of spanmesh: `spanmesh-core` bound to Envoy's host calls.
//!
//! `host` is the only file that names host calls; `root` configures, ticks and takes the
//! collector's answers; `stream` follows one request; `pipeline` and `state` are what they share.

mod contexts;
#[allow(unsafe_code, reason = "names of exports are unsafe attributes")]
mod exports;
#[allow(
    unsafe_code,
    reason = "the host calls themselves: the SDK's wrappers copy every header and panic on unexpected answers"
)]
mod host;
mod keeper;
mod pipeline;
mod polls;
mod recording;
mod root;
mod state;
mod stats;
mod stream;
