//! Spans as an application sends them.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;
use spanmesh_harness::Request;

/// A span of this name, the only one of the trace with this number.
pub fn span(trace: u8, name: &str, code: StatusCode) -> Span {
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![trace; 8],
        name: name.to_owned(),
        start_time_unix_nano: 1_800_000_000_000_000_000,
        end_time_unix_nano: 1_800_000_000_001_000_000,
        status: Some(Status { code: code.into(), message: String::new() }),
        ..Span::default()
    }
}

/// The request that exports these spans of one service over OTLP/HTTP.
pub fn export(service: &str, spans: Vec<Span>) -> Request {
    let body = message(service, spans);
    Request::post("/v1/traces", body).header("content-type", "application/x-protobuf")
}

/// The message that exports these spans of one service.
pub fn message(service: &str, spans: Vec<Span>) -> Vec<u8> {
    let name = AnyValue { value: Some(Value::StringValue(service.to_owned())) };
    let name =
        KeyValue { key: "service.name".to_owned(), value: Some(name), ..KeyValue::default() };
    let resource = Some(Resource { attributes: vec![name], ..Resource::default() });
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { resource, scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}
