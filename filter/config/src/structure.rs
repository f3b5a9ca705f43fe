//! Plugin configurations given as `google.protobuf.Struct`.
//!
//! Envoy's documentation promises JSON for them, but what arrives (seen on 1.36.4 and 1.39.3) is
//! the serialised message, so it is decoded here.

use std::collections::BTreeMap;

use prost::{Message, Oneof};
use spanmesh_json::{Map, Value};

#[derive(Clone, PartialEq, Message)]
struct Struct {
    #[prost(btree_map = "string, message", tag = "1")]
    fields: BTreeMap<String, StructValue>,
}

#[derive(Clone, PartialEq, Message)]
struct ListValue {
    #[prost(message, repeated, tag = "1")]
    values: Vec<StructValue>,
}

#[derive(Clone, PartialEq, Message)]
struct StructValue {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5, 6")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Kind {
    #[prost(int32, tag = "1")]
    Null(i32),
    #[prost(double, tag = "2")]
    Number(f64),
    #[prost(string, tag = "3")]
    Text(String),
    #[prost(bool, tag = "4")]
    Truth(bool),
    #[prost(message, tag = "5")]
    Struct(Struct),
    #[prost(message, tag = "6")]
    List(ListValue),
}

/// Decodes a serialised `Struct` that has at least one field.
pub(super) fn decode(bytes: &[u8]) -> Option<Value> {
    let message = Struct::decode(bytes).ok()?;
    if message.fields.is_empty() { None } else { Some(object(message)) }
}

fn object(message: Struct) -> Value {
    // Collecting would sort once more what is sorted.
    let mut fields = Map::new();
    for (name, field) in message.fields {
        fields.insert(name, value(field));
    }
    Value::Object(fields)
}

fn value(field: StructValue) -> Value {
    match field.kind {
        None | Some(Kind::Null(_)) => Value::Null,
        Some(Kind::Number(number)) => numeric(number),
        Some(Kind::Text(text)) => Value::String(text),
        Some(Kind::Truth(truth)) => Value::Bool(truth),
        Some(Kind::Struct(message)) => object(message),
        Some(Kind::List(list)) => Value::Array(list.values.into_iter().map(value).collect()),
    }
}

/// A `Struct` knows only doubles; whole numbers that a double holds exactly are whole again.
fn numeric(number: f64) -> Value {
    const EXACT: f64 = (1_u64 << 53) as f64;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Value::from(number as i64);
    }
    Value::from(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::ours;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use serde_json::json;

    #[test]
    fn every_kind_of_value_is_read() {
        let field = |kind| StructValue { kind: Some(kind) };
        let inner = Struct { fields: [("ratio".to_owned(), field(Kind::Number(0.5)))].into() };
        let list = ListValue { values: vec![field(Kind::Null(0)), field(Kind::Truth(true))] };
        let fields = [
            ("a".to_owned(), field(Kind::Number(512.0))),
            ("b".to_owned(), field(Kind::Text("x".into()))),
            ("c".to_owned(), field(Kind::Struct(inner))),
            ("d".to_owned(), field(Kind::List(list))),
            ("e".to_owned(), field(Kind::Number(f64::NAN))),
        ];
        let bytes = Struct { fields: fields.into() }.encode_to_vec();
        let expected =
            json!({"a": 512, "b": "x", "c": {"ratio": 0.5}, "d": [null, true], "e": null});
        assert_eq!(decode(&bytes), Some(ours(&expected)));
    }

    #[test]
    fn other_bytes_are_no_struct() {
        for bytes in [b"".as_slice(), b"{}", b"\n", b"\nhello", b"\xff\xff"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }
}
