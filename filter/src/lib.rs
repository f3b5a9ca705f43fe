//! The proxy-wasm module of spanmesh: `spanmesh-core` bound to Envoy's host calls.
//!
//! The host calls `exports`, which find the context in `contexts`. `root` configures and ticks,
//! `callouts` take the answers to `delivery` and `polls`; `stream` follows one request, whose `recording` the `keeper` may
//! promote; `pipeline` and `state` are what they share. Only `host` names host calls.

mod answers;
mod arrival;
mod callouts;
mod connection;
mod contexts;
mod delivery;
#[allow(unsafe_code, reason = "names of exports are unsafe attributes")]
mod exports;
mod filter_state;
#[allow(
    unsafe_code,
    reason = "the host calls themselves: the SDK's wrappers copy every header and panic on unexpected answers"
)]
mod host;
mod keeper;
mod pipeline;
mod plugin;
mod polls;
mod recording;
mod root;
mod side;
mod span_metrics;
mod state;
mod stats;
mod stream;
