//! Exports that break no rule.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::Link;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::rules_broken;
use crate::conformance::{Conventions, Violation, violations_of};

pub fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

pub fn texts(values: &[&str]) -> Value {
    let value = |value: &&str| AnyValue { value: Some(text(value)) };
    Value::ArrayValue(ArrayValue { values: values.iter().map(value).collect() })
}

pub fn attribute(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

pub fn failed() -> Option<Status> {
    Some(Status { code: 2, ..Status::default() })
}

fn export_of(span: Span) -> ExportTraceServiceRequest {
    let schema_url = Conventions::current().schema_url.clone();
    let scope = InstrumentationScope {
        name: "spanmesh".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..InstrumentationScope::default()
    };
    let attributes = vec![
        attribute("service.name", text("cart")),
        attribute("telemetry.sdk.name", text("spanmesh")),
        attribute("telemetry.sdk.language", text("rust")),
        attribute("telemetry.sdk.version", text("1")),
        attribute("k8s.pod.name", text("cart-5d")),
    ];
    let scope_spans =
        ScopeSpans { scope: Some(scope), spans: vec![span], schema_url: schema_url.clone() };
    let resource = Some(Resource { attributes, ..Resource::default() });
    let resource_spans = ResourceSpans { resource, scope_spans: vec![scope_spans], schema_url };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans] }
}

fn span(name: &str, kind: i32, attributes: Vec<KeyValue>) -> Span {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = u64::try_from(now.as_nanos()).unwrap();
    let link = Link {
        trace_id: vec![4; 16],
        span_id: vec![5; 8],
        trace_state: "vendor=a b".into(),
        flags: 0x301,
        ..Link::default()
    };
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        parent_span_id: vec![3; 8],
        trace_state: "vendor=a,ot=th:8".into(),
        flags: 0x303,
        name: name.to_owned(),
        kind,
        start_time_unix_nano: now - 1_000,
        end_time_unix_nano: now,
        attributes,
        links: vec![link],
        ..Span::default()
    }
}

/// A request that was answered with 200.
pub fn server() -> ExportTraceServiceRequest {
    let attributes = vec![
        attribute("http.request.method", text("GET")),
        attribute("url.path", text("/orders/7")),
        attribute("url.query", text("page=2")),
        attribute("http.route", text("/orders/{id}")),
        attribute("url.scheme", text("https")),
        attribute("server.address", text("shop.example")),
        attribute("server.port", Value::IntValue(443)),
        attribute("network.protocol.version", text("1.1")),
        attribute("network.peer.address", text("10.0.0.9")),
        attribute("network.peer.port", Value::IntValue(4711)),
        attribute("http.response.status_code", Value::IntValue(200)),
        attribute("http.request.header.x-tenant", texts(&["a", "b"])),
        attribute("spanmesh.keep.reason", text("errors")),
    ];
    export_of(span("GET /orders/{id}", 2, attributes))
}

/// A request that was answered with 404.
pub fn client() -> ExportTraceServiceRequest {
    let attributes = vec![
        attribute("http.request.method", text("_OTHER")),
        attribute("http.request.method_original", text("PURGE")),
        attribute("url.full", text("http://REDACTED:REDACTED@shop.example/orders?page=2")),
        attribute("server.address", text("shop.example")),
        attribute("server.port", Value::IntValue(80)),
        attribute("http.response.status_code", Value::IntValue(404)),
        attribute("error.type", text("404")),
    ];
    export_of(Span { status: failed(), ..span("HTTP", 3, attributes) })
}

/// A call that was answered with UNAVAILABLE, at either side.
pub fn grpc(kind: i32) -> ExportTraceServiceRequest {
    let attributes = vec![
        attribute("rpc.system.name", text("grpc")),
        attribute("rpc.method", text("shop.Cart/Add")),
        attribute("rpc.response.status_code", text("UNAVAILABLE")),
        attribute("server.address", text("cart.shop")),
        attribute("server.port", Value::IntValue(80)),
        attribute("error.type", text("UNAVAILABLE")),
    ];
    export_of(Span { status: failed(), ..span("shop.Cart/Add", kind, attributes) })
}

#[test]
fn what_is_right_breaks_nothing() {
    for export in [server(), client(), grpc(2), grpc(3)] {
        assert_eq!(violations_of(&export), Vec::<Violation>::new());
        assert!(rules_broken(&export).is_empty());
    }
}
