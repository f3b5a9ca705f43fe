//! OTLP protobuf (opentelemetry-proto v1): the messages, and the encoder of the hot path.

pub mod attributes;
pub mod messages;
pub mod wire;
