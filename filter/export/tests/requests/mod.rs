//! Requests of any content, in the types of OpenTelemetry's own crate.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

/// Any request that has no other fields than OTLP 1.11 gives it.
pub fn requests() -> impl Strategy<Value = ExportTraceServiceRequest> {
    let resource = (attributes(), any::<u32>()).prop_map(|(attributes, dropped)| Resource {
        attributes,
        dropped_attributes_count: dropped,
        entity_refs: vec![],
    });
    let scope = (text(), text(), attributes(), any::<u32>()).prop_map(
        |(name, version, attributes, dropped_attributes_count)| InstrumentationScope {
            name,
            version,
            attributes,
            dropped_attributes_count,
        },
    );
    let scope_spans = (option::of(scope), vec(span(), 0..4), text())
        .prop_map(|(scope, spans, schema_url)| ScopeSpans { scope, spans, schema_url });
    let resource_spans = (option::of(resource), vec(scope_spans, 0..3), text()).prop_map(
        |(resource, scope_spans, schema_url)| ResourceSpans { resource, scope_spans, schema_url },
    );
    vec(resource_spans, 0..3)
        .prop_map(|resource_spans| ExportTraceServiceRequest { resource_spans })
}

fn span() -> impl Strategy<Value = Span> {
    let identity = (id(16), id(8), option::of(id(8)), text(), text(), 0..7_i32);
    let times = (any::<u64>(), any::<u64>());
    let lists = (attributes(), vec(event(), 0..3), vec(link(), 0..3));
    let counts = (any::<u32>(), 0..2_u32, 0..2_u32, any::<u32>());
    let status =
        option::of((text(), 0..3_i32).prop_map(|(message, code)| Status { message, code }));
    (identity, times, lists, counts, status).prop_map(|(identity, times, lists, counts, status)| {
        let (trace_id, span_id, parent_span_id, trace_state, name, kind) = identity;
        let (start_time_unix_nano, end_time_unix_nano) = times;
        let (attributes, events, links) = lists;
        let (flags, dropped_events_count, dropped_links_count, dropped_attributes_count) = counts;
        Span {
            trace_id,
            span_id,
            trace_state,
            parent_span_id: parent_span_id.unwrap_or_default(),
            flags,
            name,
            kind,
            start_time_unix_nano,
            end_time_unix_nano,
            attributes,
            dropped_attributes_count,
            events,
            dropped_events_count,
            links,
            dropped_links_count,
            status,
        }
    })
}

fn event() -> impl Strategy<Value = Event> {
    (any::<u64>(), text(), attributes(), any::<u32>()).prop_map(
        |(time_unix_nano, name, attributes, dropped_attributes_count)| Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count,
        },
    )
}

fn link() -> impl Strategy<Value = Link> {
    (id(16), id(8), text(), attributes(), any::<u32>()).prop_map(
        |(trace_id, span_id, trace_state, attributes, flags)| Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            dropped_attributes_count: flags / 2,
            flags,
        },
    )
}

/// Attributes of different keys, often such as mean something.
fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let known = prop::sample::select(vec![
        "service.name",
        "error",
        "otel.status_code",
        "server.address",
        "server.port",
        "network.peer.address",
        "network.peer.port",
    ]);
    let key = prop_oneof![known.prop_map(str::to_owned), key()];
    btree_map(key, option::of(value()), 0..6).prop_map(key_values)
}

fn key_values(attributes: BTreeMap<String, Option<AnyValue>>) -> Vec<KeyValue> {
    let attributes = attributes.into_iter();
    attributes.map(|(key, value)| KeyValue { key, value, ..KeyValue::default() }).collect()
}

fn value() -> impl Strategy<Value = AnyValue> {
    let address = prop::sample::select(vec!["10.0.0.1", "::1", "Pay.shop", ""]);
    let leaf = prop_oneof![
        text().prop_map(Value::StringValue),
        address.prop_map(|address| Value::StringValue(address.to_owned())),
        any::<bool>().prop_map(Value::BoolValue),
        any::<i64>().prop_map(Value::IntValue),
        (0..70_000_i64).prop_map(Value::IntValue),
        // OpenTelemetry's crate does not read the strings for the others.
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::DoubleValue),
        vec(any::<u8>(), 0..9).prop_map(Value::BytesValue),
    ];
    let leaf = leaf.prop_map(|value| AnyValue { value: Some(value) });
    // Nor does it read lists without `values`, which is how an empty one looks.
    leaf.prop_recursive(3, 12, 4, |inner| {
        let list =
            vec(inner.clone(), 1..4).prop_map(|values| Value::ArrayValue(ArrayValue { values }));
        let map = btree_map(key(), option::of(inner), 1..4)
            .prop_map(|map| Value::KvlistValue(KeyValueList { values: key_values(map) }));
        prop_oneof![list, map].prop_map(|value| AnyValue { value: Some(value) })
    })
}

fn id(length: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), length)
}

/// Not empty: OpenTelemetry's crate reads no attribute without `key`.
fn key() -> impl Strategy<Value = String> {
    text().prop_map(|text| text + "k")
}

/// Half of it needs escapes.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z./]{0,9}", "[\\x00-\\x1f\"\\\\a-ä🦀\u{2028}]{0,9}"]
}
