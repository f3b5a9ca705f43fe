//! Spans as OTLP has them, comparable.

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::Link;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Map, Value, json};
use spanmesh_harness::ReceivedSpan;

use super::compare::{Spans, Told, comparable, comparable_part, take_port};
use super::traffic::Traffic;

/// The spans of the whole traffic.
#[track_caller]
pub fn spans(received: &[ReceivedSpan], traffic: &Traffic) -> Spans {
    comparable(received.iter().map(told).collect(), traffic)
}

/// The spans that are left of it after sampling.
#[track_caller]
pub fn part(received: &[ReceivedSpan], traffic: &Traffic) -> Spans {
    comparable_part(received.iter().map(told).collect(), traffic)
}

/// Nothing is left out: every field of the messages is named here.
fn told(received: &ReceivedSpan) -> Told {
    let ReceivedSpan { resource, resource_schema_url, scope, scope_schema_url, span } = received;
    let Span {
        trace_id,
        span_id,
        trace_state,
        parent_span_id,
        flags,
        name,
        kind,
        start_time_unix_nano,
        end_time_unix_nano,
        attributes: of_span,
        dropped_attributes_count,
        events,
        dropped_events_count,
        links,
        dropped_links_count,
        status,
    } = span;
    let InstrumentationScope {
        name: scope_name,
        version,
        attributes: of_scope,
        dropped_attributes_count: dropped_of_scope,
    } = scope;
    let Status { message, code } = status.clone().unwrap_or_default();
    assert_eq!((events.len(), *dropped_events_count, *dropped_links_count), (0, 0, 0));
    assert_eq!(*dropped_of_scope, 0);
    let case = case(received);
    let mut of_span = attributes(of_span);
    if let Some(Value::Object(typed)) = of_span.get_mut(PEER_PORT) {
        typed.values_mut().for_each(take_port);
    }
    let rest = json!({
        "name": name,
        "kind": kind,
        "trace state": trace_state,
        "flags": flags,
        "attributes": of_span,
        "dropped attributes": dropped_attributes_count,
        "links": links.iter().map(link).collect::<Vec<_>>(),
        "status": {"code": code, "message": message},
        "resource": attributes(resource),
        "scope": {"name": scope_name, "version": version, "attributes": attributes(of_scope)},
        "schema": {"of resource": resource_schema_url, "of scope": scope_schema_url},
    });
    Told {
        case,
        trace_id: hex::encode(trace_id),
        span_id: hex::encode(span_id),
        parent_span_id: hex::encode(parent_span_id),
        start: *start_time_unix_nano,
        duration: end_time_unix_nano.checked_sub(*start_time_unix_nano).unwrap(),
        rest,
    }
}

/// Differs from run to run.
pub const PEER_PORT: &str = "network.peer.port";
/// What names a request, among the attributes of its span.
pub const CASES: [&str; 2] = ["http.request.header.x-case", "rpc.request.metadata.x-case"];

fn case(span: &ReceivedSpan) -> String {
    let lists = CASES.map(|key| span.list_attr(key).or_else(|| span.str_attr(key).map(as_list)));
    let list = lists.into_iter().flatten().next().unwrap_or_else(|| panic!("no case: {span:#?}"));
    list.concat()
}

/// A list that became text on the way.
pub fn as_list(text: String) -> Vec<String> {
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text} is no list: {error}"))
}

fn link(link: &Link) -> Value {
    let Link {
        trace_id,
        span_id,
        trace_state,
        attributes: of_link,
        dropped_attributes_count,
        flags,
    } = link;
    json!({
        "trace": hex::encode(trace_id),
        "span": hex::encode(span_id),
        "trace state": trace_state,
        "attributes": attributes(of_link),
        "dropped attributes": dropped_attributes_count,
        "flags": flags,
    })
}

fn attributes(attributes: &[KeyValue]) -> Map<String, Value> {
    let mut map = Map::new();
    for attribute in attributes {
        let value = map.insert(attribute.key.clone(), value(attribute.value.as_ref()));
        assert_eq!(value, None, "{} stands twice", attribute.key);
    }
    map
}

/// A value with its type.
fn value(value: Option<&AnyValue>) -> Value {
    let item = |value: &AnyValue| self::value(Some(value));
    match value.and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(text)) => json!({"text": text}),
        Some(Any::BoolValue(truth)) => json!({"bool": truth}),
        Some(Any::IntValue(number)) => json!({"int": number}),
        Some(Any::DoubleValue(number)) => json!({"double": number}),
        Some(Any::ArrayValue(list)) => {
            json!({"list": list.values.iter().map(item).collect::<Vec<_>>()})
        }
        other => panic!("spanmesh writes no {other:?}"),
    }
}
