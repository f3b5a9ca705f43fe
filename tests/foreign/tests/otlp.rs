//! The decoders of OTLP among themselves.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use spanmesh_foreign::otlp::{Encoding, decoded_by_python, decoded_by_rust};

fn export() -> Value {
    let value = |key: &str, value: Value| json!({"key": key, "value": value});
    json!({"resourceSpans": [{
        "resource": {"attributes": [value("service.name", json!({"stringValue": "Käse"}))]},
        "scopeSpans": [{"scope": {"name": "s"}, "schemaUrl": "u", "spans": [{
            "traceId": "5b8efff798038103d269b633813fc60c",
            "spanId": "eee19b7ec3c1b174",
            "name": "GET",
            "kind": 2,
            "flags": 769,
            "startTimeUnixNano": "18446744073709551615",
            "endTimeUnixNano": "1",
            "attributes": [
                value("empty", json!({"stringValue": ""})),
                value("false", json!({"boolValue": false})),
                value("zero", json!({"intValue": "0"})),
                value("low", json!({"intValue": "-9223372036854775808"})),
                value("whole", json!({"doubleValue": 2.0})),
                // The name of an id means nothing here.
                value("traceId", json!({"arrayValue": {"values": [{"stringValue": "x"}]}})),
            ],
            "links": [{"traceId": "5b8efff798038103d269b633813fc60c",
                       "spanId": "eee19b7ec3c1b173"}],
            "status": {"code": 2},
        }]}],
    }]})
}

#[test]
fn both_understand_the_same() {
    let text = export().to_string();
    let (python, rust) = (
        decoded_by_python(Encoding::Json, text.as_bytes()),
        decoded_by_rust(Encoding::Json, text.as_bytes()),
    );
    assert_eq!(python, rust);
    let span = &python.fields["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    assert_eq!(span["traceId"], "5b8efff798038103d269b633813fc60c");
    assert_eq!(span["attributes"][2]["value"], json!({"intValue": "0"}), "no default");
    assert_eq!(span["attributes"].as_array().unwrap().len(), 6);
    assert_eq!(span["links"][0]["spanId"], "eee19b7ec3c1b173");
    let from_protobuf = decoded_by_python(Encoding::Protobuf, &rust.encoded);
    assert_eq!(from_protobuf, python, "in either encoding");
}

#[test]
fn what_differs_is_noticed() {
    let mut other = export();
    other["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["links"][0]["spanId"] =
        json!("eee19b7ec3c1b172");
    let python = decoded_by_python(Encoding::Json, export().to_string().as_bytes());
    let rust = decoded_by_rust(Encoding::Json, other.to_string().as_bytes());
    assert_ne!(python.fields, rust.fields);
    assert_ne!(python.encoded, rust.encoded);
    // A field that neither knows: Python keeps it, prost does not.
    let unknown = [&rust.encoded[..], &[0xfa, 0x3f, 0]].concat();
    let [python, rust] = [decoded_by_python, decoded_by_rust]
        .map(|decoded_by| decoded_by(Encoding::Protobuf, &unknown).encoded);
    assert_ne!(python, rust);
}

#[test]
fn what_is_malformed_is_refused() {
    let mut unknown = export();
    unknown["resourceSpans"][0]["colour"] = json!("red");
    let rows = [
        (Encoding::Protobuf, vec![0x0a, 0xff], "cut off"),
        (Encoding::Json, unknown.to_string().into_bytes(), "no such field"),
        (Encoding::Json, b"{".to_vec(), "no JSON"),
    ];
    for (encoding, message, why) in rows {
        let decode = AssertUnwindSafe(|| decoded_by_python(encoding, &message));
        assert!(catch_unwind(decode).is_err(), "{why}");
    }
}
