//! Documents that keep to the schemas, and such that break one rule of them.

use serde_json::{Value, json};

use crate::conformance::{Documented, otlp_json_faults, zipkin_json_faults};

/// `examples/trace.json` of opentelemetry-proto v1.11.0 in our own words: each type of value once.
fn otlp() -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "cart"}}]},
        "schemaUrl": "s",
        "scopeSpans": [{
            "scope": {"name": "spanmesh", "version": "1"},
            "schemaUrl": "s",
            "spans": [{
                "traceId": "5b8efff798038103d269b633813fc60c",
                "spanId": "eee19b7ec3c1b174",
                "parentSpanId": "eee19b7ec3c1b173",
                "traceState": "a=b",
                "flags": 769,
                "name": "GET",
                "kind": 2,
                "startTimeUnixNano": "1544712660000000000",
                "endTimeUnixNano": "1544712661000000000",
                "attributes": [
                    {"key": "a", "value": {"intValue": "-9223372036854775808"}},
                    {"key": "b", "value": {"boolValue": true}},
                    {"key": "c", "value": {"doubleValue": 0.5}},
                    {"key": "d", "value": {"arrayValue": {"values": [{"stringValue": ""}]}}},
                ],
                "links": [{"traceId": "5b8efff798038103d269b633813fc60c",
                           "spanId": "eee19b7ec3c1b173", "flags": 769}],
                "status": {"code": 2},
            }],
        }],
    }]})
}

/// The example in zipkin2-api.yaml, with an annotation.
fn zipkin() -> Value {
    json!([{
        "id": "352bff9a74ca9ad2",
        "traceId": "5af7183fb1d4cf5f",
        "parentId": "6b221d5bc9e6496c",
        "name": "get /api",
        "timestamp": 1_556_604_172_355_737_u64,
        "duration": 1431,
        "kind": "SERVER",
        "localEndpoint": {"serviceName": "backend", "ipv4": "192.168.99.1", "port": 3306},
        "remoteEndpoint": {"ipv6": "2001:db8::c001", "port": 58648},
        "tags": {"http.method": "GET", "http.path": "/api"},
        "annotations": [{"timestamp": 1_556_604_172_355_737_u64, "value": "error"}],
    }])
}

const SPAN: &str = "/resourceSpans/0/scopeSpans/0/spans/0";

#[test]
fn otlp_json_follows_the_published_mapping() {
    let rows = [
        ("/traceId", json!("5B8EFFF798038103D269B633813FC60C"), "we write lower case"),
        ("/traceId", json!("W47/95gDgQPSabYzgT/GDA=="), "hex, not base64"),
        ("/spanId", json!("eee19b7ec3c1b1"), "8 bytes"),
        ("/parentSpanId", json!("eee1"), "8 bytes or none"),
        ("/kind", json!("SPAN_KIND_SERVER"), "enums are integers"),
        ("/kind", json!(6), "no such kind"),
        ("/status/code", json!("STATUS_CODE_ERROR"), "enums are integers"),
        ("/startTimeUnixNano", json!(1_544_712_660_000_000_000_u64), "64 bits are text"),
        ("/startTimeUnixNano", json!("01"), "decimal"),
        ("/attributes/0/value/intValue", json!(1), "64 bits are text"),
        ("/attributes/0/value", json!({"int_value": "1"}), "lowerCamelCase"),
        ("/attributes/0/value", json!({"intValue": "1", "boolValue": true}), "one of them"),
        ("/attributes/1/value/boolValue", json!("true"), "a boolean"),
        ("/attributes/2/value/doubleValue", json!("0.5"), "a number, or a name"),
        ("/attributes/3/value/arrayValue", json!([]), "a message"),
        ("/attributes", json!({"a": 1}), "a list of pairs"),
        ("/flags", json!("769"), "32 bits are a number"),
        ("/links/0/spanId", json!(null), "an id"),
        ("/name", json!(null), "text"),
    ];
    assert_eq!(otlp_json_faults(otlp().to_string().as_bytes()), Vec::<String>::new());
    for (place, value, why) in &rows {
        let mut document = otlp();
        *document.pointer_mut(&format!("{SPAN}{place}")).unwrap() = value.clone();
        let faults = otlp_json_faults(document.to_string().as_bytes());
        assert!(!faults.is_empty(), "{place} {value}: {why}");
    }
    let renamed = ["traceId", "startTimeUnixNano", "parentSpanId"];
    for (key, snake) in renamed.into_iter().zip(["trace_id", "start_time_unix_nano", "parentId"]) {
        let mut document = otlp();
        let span = document.pointer_mut(SPAN).unwrap().as_object_mut().unwrap();
        let value = span.remove(key).unwrap();
        span.insert(snake.to_owned(), value);
        assert!(!otlp_json_faults(document.to_string().as_bytes()).is_empty(), "{snake}");
    }
    assert!(!otlp_json_faults(b"{").is_empty());
    assert!(!otlp_json_faults(b"{}").is_empty(), "nothing to export");
    Documented::assert("OTLP/JSON schema", "opentelemetry-proto 1.11.0", rows.len() + 6);
}

#[test]
fn zipkin_follows_its_openapi_document() {
    let rows = [
        ("/traceId", json!("5AF7183FB1D4CF5F"), "lower case"),
        ("/traceId", json!("5af7183fb1d4cf5f0"), "17 digits"),
        ("/traceId", json!("00000000000000000000000000000000"), "zero"),
        ("/id", json!("352bff9a74ca9ad"), "15 digits"),
        ("/id", json!("0000000000000000"), "zero"),
        ("/parentId", json!(""), "absent of a root"),
        ("/kind", json!("INTERNAL"), "absent then"),
        ("/kind", json!("server"), "upper case"),
        ("/name", json!("GET /api"), "lower case"),
        ("/timestamp", json!("1556604172355737"), "a number"),
        ("/timestamp", json!(1.5), "whole microseconds"),
        ("/duration", json!(0), "at least 1"),
        ("/localEndpoint/serviceName", json!("Backend"), "lower case"),
        ("/localEndpoint/ipv4", json!("2001:db8::c001"), "of version 4"),
        ("/remoteEndpoint/ipv6", json!("192.168.99.1"), "of version 6"),
        ("/remoteEndpoint/port", json!(0), "absent then"),
        ("/tags/http.path", json!(7), "text"),
        ("/tags", json!([]), "an object"),
        ("/annotations/0/value", json!(null), "text"),
        ("/annotations/0", json!({"value": "error"}), "with its time"),
    ];
    assert_eq!(zipkin_json_faults(zipkin().to_string().as_bytes()), Vec::<String>::new());
    for (place, value, why) in &rows {
        let mut document = zipkin();
        *document.pointer_mut(&format!("/0{place}")).unwrap() = value.clone();
        let faults = zipkin_json_faults(document.to_string().as_bytes());
        assert!(!faults.is_empty(), "{place} {value}: {why}");
    }
    for absent in ["id", "traceId"] {
        let mut document = zipkin();
        document[0].as_object_mut().unwrap().remove(absent);
        assert!(!zipkin_json_faults(document.to_string().as_bytes()).is_empty(), "{absent}");
    }
    assert!(!zipkin_json_faults(zipkin()[0].to_string().as_bytes()).is_empty(), "no list");
    Documented::assert("Zipkin v2 schema", "zipkin-api 1.0.0", rows.len() + 4);
}
