//! OTLP protobuf (opentelemetry-proto v1): the messages, the encoder of the hot path, a reader.

pub mod attributes;
pub mod messages;
pub mod reader;
pub mod wire;
