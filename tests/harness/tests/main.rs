//! The harness proved on itself, with Envoy's own tracer in the place of the filter.

mod access_log;
mod client;
mod collector;
mod conformance;
mod dynamic;
mod envoy;
mod jaeger;
mod load;
mod native;
mod otelcol;
mod otelcol_receivers;
mod otlp;
mod sidecar;
mod sink;
mod tls;
mod upstream;
mod zipkin;
