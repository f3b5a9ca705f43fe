//! A configuration says the same as JSON and as a `google.protobuf.Struct` of another's making.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde_json::Value;
use spanmesh_config::{Config, Problem};

fuzz_target!(|text: &[u8]| {
    let Ok(Value::Object(object)) = serde_json::from_slice(text) else { return };
    let Some(message) = object.iter().map(field).collect::<Option<BTreeMap<_, _>>>() else {
        return;
    };
    let message = Struct { fields: message }.encode_to_vec();
    if object.is_empty() || serde_json::from_slice::<Value>(&message).is_ok() {
        return;
    }
    let environment = |name: &str| (name != "UNSET").then(|| format!("{name}7"));
    let (json, other) = (Config::parse(text, &environment), Config::parse(&message, &environment));
    match (json, other) {
        (Ok(json), Ok(other)) => {
            assert_eq!(json.exporter, other.exporter);
            assert_eq!(json.batch, other.batch);
            assert_eq!(json.retry, other.retry);
            assert_eq!(json.resource, other.resource);
            assert_eq!(json.span_metrics, other.span_metrics);
            assert_eq!(json.direction, other.direction);
            assert_eq!(json.keep.is_some(), other.keep.is_some());
        }
        (Err(json), Err(other)) => assert_eq!(sorted(&json), sorted(&other)),
        (json, other) => panic!("{json:?}, but {other:?}"),
    }
});

/// Problems of keys that the user chose stand in the order of those.
fn sorted(problems: &[Problem]) -> Vec<String> {
    let mut texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
    texts.sort();
    texts
}

fn field((key, value): (&String, &Value)) -> Option<(String, prost_types::Value)> {
    Some((key.clone(), of(value)?))
}

/// `None` where a double cannot say it, or says it as a whole number.
fn of(value: &Value) -> Option<prost_types::Value> {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(truth) => Kind::BoolValue(*truth),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Number(number) => {
            let double = number.as_f64()?;
            let is_whole = double.fract() == 0.0;
            if is_whole == number.is_f64() || double.abs() >= (1_u64 << 53) as f64 {
                return None;
            }
            Kind::NumberValue(double)
        }
        Value::Array(items) => {
            Kind::ListValue(ListValue { values: items.iter().map(of).collect::<Option<_>>()? })
        }
        Value::Object(fields) => {
            Kind::StructValue(Struct { fields: fields.iter().map(field).collect::<Option<_>>()? })
        }
    };
    Some(prost_types::Value { kind: Some(kind) })
}
