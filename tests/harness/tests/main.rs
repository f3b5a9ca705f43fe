//! The harness proved on itself, with Envoy's own tracer in the place of the filter.

mod client;
mod collector;
mod dynamic;
mod envoy;
mod load;
mod native;
mod sidecar;
mod upstream;
