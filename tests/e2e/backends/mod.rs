//! Backends that are not ours: what they have of one fixed piece of traffic is what our own sink
//! has of it, span by span.
//!
//! The sink's spans, which came as OTLP protobuf over HTTP, are the reference. What a backend's own
//! data model cannot hold is taken off the reference by rules, each written down with its reason
//! where it is applied; all else must be equal.

mod compare;
mod jaeger;
mod jaeger_form;
mod otelcol;
mod otlp_form;
pub mod traffic;
mod zipkin;
mod zipkin_form;
