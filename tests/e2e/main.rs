//! End-to-end tests: the built module in the real Envoy, over real sockets.

mod access_log;
mod attributes;
mod backends;
mod configuration;
mod conformance;
mod delivery;
mod ecds;
mod grpc;
mod hostile;
mod istio_access_log;
mod jaeger_remote;
mod keep;
mod local_replies;
mod mesh;
mod propagation;
mod reload;
mod resource;
mod sampling;
mod span_metrics;
mod support;
mod tail_sampling;
mod traces;
mod trust;
mod upstream_faults;
mod w3c;
mod workers;
