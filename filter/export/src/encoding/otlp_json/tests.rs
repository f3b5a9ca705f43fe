use super::*;
use prost::Message as _;
use serde_json::{Value, json};
use spanmesh_core::otlp::messages as otlp;
use spanmesh_core::otlp::messages::any_value::Value as Any;
use spanmesh_core::otlp::messages::{KeyValue, Span};
use spanmesh_core::otlp::wire::{put_bytes, put_fixed32, put_fixed64, put_integer, put_message};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn json_of(request: &[u8]) -> Value {
    let mut out = b"before".to_vec();
    otlp_json(request, &mut out);
    serde_json::from_slice(out.strip_prefix(b"before").unwrap()).unwrap()
}

/// The span alone, out of a request with nothing else.
fn json_of_span(span: &[u8]) -> Value {
    let mut request = Vec::new();
    put_message(&mut request, 1, |out| put_message(out, 2, |out| put_bytes(out, 2, span)));
    let json = json_of(&request);
    let spans = &json["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!(json, json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}));
    assert_eq!(spans.as_array().unwrap().len(), 1);
    spans[0].clone()
}

/// As `examples/trace.json` of opentelemetry-proto has it, which writes ids in upper case and times
/// as numbers.
#[test]
fn the_example_of_the_protocol() {
    let span = Span {
        trace_id: 0x5b8efff798038103d269b633813fc60c_u128.to_be_bytes().into(),
        span_id: 0xeee19b7ec3c1b174_u64.to_be_bytes().into(),
        parent_span_id: 0xeee19b7ec3c1b173_u64.to_be_bytes().into(),
        name: "I'm a server span".into(),
        kind: 2,
        start_time_unix_nano: 1_544_712_660_000_000_000,
        end_time_unix_nano: 1_544_712_661_000_000_000,
        attributes: vec![KeyValue::string("my.span.attr", "some value")],
        ..Span::default()
    };
    let attributes = vec![KeyValue::string("service.name", "my.service")];
    let scope = otlp::InstrumentationScope { name: "my.library".into(), version: "1.0.0".into() };
    let request = otlp::ExportTraceServiceRequest {
        resource_spans: vec![otlp::ResourceSpans {
            resource: Some(otlp::Resource { attributes }),
            scope_spans: vec![otlp::ScopeSpans {
                scope: Some(scope),
                spans: vec![span],
                schema_url: String::new(),
            }],
            schema_url: "https://example/1".into(),
        }],
    };
    let attribute = |key, value| json!({"key": key, "value": {"stringValue": value}});
    let expected = json!({"resourceSpans": [{
        "resource": {"attributes": [attribute("service.name", "my.service")]},
        "scopeSpans": [{
            "scope": {"name": "my.library", "version": "1.0.0"},
            "spans": [{
                "traceId": "5b8efff798038103d269b633813fc60c",
                "spanId": "eee19b7ec3c1b174",
                "parentSpanId": "eee19b7ec3c1b173",
                "name": "I'm a server span",
                "kind": 2,
                "startTimeUnixNano": "1544712660000000000",
                "endTimeUnixNano": "1544712661000000000",
                "attributes": [attribute("my.span.attr", "some value")],
            }],
        }],
        "schemaUrl": "https://example/1",
    }]});
    assert_eq!(json_of(&request.encode_to_vec()), expected);
    assert_eq!(json_of(b""), json!({}), "an empty request");
}

#[test]
fn values_have_the_forms_of_json_protobuf() {
    let list = otlp::KeyValue::strings("", &["a", "b"]).value.unwrap().value.unwrap();
    let cases = [
        (Any::String("ä \"\n".into()), json!({"stringValue": "ä \"\n"}), "text"),
        (Any::String("".into()), json!({"stringValue": ""}), "text that is empty, but there"),
        (Any::Bool(true), json!({"boolValue": true}), "a truth value"),
        (Any::Bool(false), json!({"boolValue": false}), "false, but there"),
        (Any::Int(i64::MIN), json!({"intValue": "-9223372036854775808"}), "64 bits are a string"),
        (Any::Int(0), json!({"intValue": "0"}), "zero, but there"),
        (Any::Double(0.1), json!({"doubleValue": 0.1}), "a number"),
        (Any::Double(f64::NAN), json!({"doubleValue": "NaN"}), "not a number"),
        (Any::Double(f64::INFINITY), json!({"doubleValue": "Infinity"}), "infinite"),
        (Any::Double(f64::NEG_INFINITY), json!({"doubleValue": "-Infinity"}), "infinite"),
        (
            list,
            json!({"arrayValue": {"values": [{"stringValue": "a"}, {"stringValue": "b"}]}}),
            "a list",
        ),
        (Any::Array(vec![]), json!({"arrayValue": {}}), "an empty list"),
    ];
    for (value, expected, why) in cases {
        let span = Span { attributes: vec![KeyValue::new("k", value)], ..Span::default() };
        let expected = json!({"attributes": [{"key": "k", "value": expected}]});
        assert_eq!(json_of_span(&span.encode_to_vec()), expected, "{why}");
    }
}

#[test]
fn fields_have_the_forms_of_json_protobuf() {
    type Write = fn(&mut Vec<u8>);
    let cases: [(Write, Value, &str); 12] = [
        (|out| put_bytes(out, 3, b"a=b"), json!({"traceState": "a=b"}), "trace state"),
        (|out| put_integer(out, 6, -1_i64 as u64), json!({"kind": -1}), "an enumeration"),
        (
            |out| put_fixed64(out, 7, u64::MAX),
            json!({"startTimeUnixNano": "18446744073709551615"}),
            "unsigned 64 bits",
        ),
        (|out| put_integer(out, 10, 7), json!({"droppedAttributesCount": 7}), "32 bits"),
        (|out| put_fixed32(out, 16, u32::MAX), json!({"flags": 4_294_967_295_u32}), "32 bits"),
        (
            |out| put_message(out, 15, |out| put_integer(out, 3, 2)),
            json!({"status": {"code": 2}}),
            "the status that spanmesh writes",
        ),
        (|out| put_message(out, 15, |_| {}), json!({"status": {}}), "an empty message"),
        (
            |out| {
                for id in [b"\x01\xab", b"\x02\xcd"] {
                    put_message(out, 13, |out| {
                        put_bytes(out, 1, id);
                        put_bytes(out, 2, id);
                        put_fixed32(out, 6, 0x301);
                    });
                }
                put_integer(out, 14, 1);
            },
            json!({
                "links": [
                    {"traceId": "01ab", "spanId": "01ab", "flags": 769},
                    {"traceId": "02cd", "spanId": "02cd", "flags": 769},
                ],
                "droppedLinksCount": 1,
            }),
            "several links, and a field behind them",
        ),
        (
            |out| {
                put_message(out, 9, |out| {
                    put_bytes(out, 1, b"k");
                    put_message(out, 2, |out| put_bytes(out, 7, b"\xfb\xff"));
                });
            },
            json!({"attributes": [{"key": "k", "value": {"bytesValue": "+/8="}}]}),
            "bytes",
        ),
        (
            |out| {
                put_message(out, 9, |out| {
                    put_message(out, 2, |out| {
                        put_message(out, 6, |out| {
                            put_message(out, 1, |out| put_bytes(out, 1, b"a"))
                        });
                    });
                });
            },
            json!({"attributes": [{"value": {"kvlistValue": {"values": [{"key": "a"}]}}}]}),
            "a list of keys",
        ),
        (
            |out| {
                put_integer(out, 99, 1);
                put_bytes(out, 5, b"GET");
                put_bytes(out, 17, b"x");
            },
            json!({"name": "GET"}),
            "fields that are not known",
        ),
        (
            |out| {
                put_bytes(out, 5, b"GET");
                out.extend([0x3a, 0xff]);
            },
            json!({"name": "GET"}),
            "what is cut off ends the span",
        ),
    ];
    for (write, expected, why) in cases {
        let mut span = Vec::new();
        write(&mut span);
        assert_eq!(json_of_span(&span), expected, "{why}");
    }
}

/// Recursion that the bytes decide would overflow the stack.
#[test]
fn lists_in_lists_end_somewhere() {
    let mut value = Vec::new();
    for _ in 0..5_000 {
        let mut outer = Vec::new();
        put_message(&mut outer, 5, |out| put_bytes(out, 1, &value));
        value = outer;
    }
    let mut span = Vec::new();
    put_message(&mut span, 9, |out| put_bytes(out, 2, &value));
    // It was parsed, so it is no deeper than parsers allow.
    let lists = json_of_span(&span).to_string().matches("arrayValue").count();
    assert!((20..64).contains(&lists), "{lists}");
}
