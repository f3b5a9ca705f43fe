//! Plugin configurations given as `google.protobuf.Struct`.
//!
//! Envoy's documentation promises JSON for them, but what arrives (seen on 1.36.4 and 1.39.3) is
//! the serialised message, so it is decoded here:
//!
//! ```text
//! Struct    { 1: repeated { 1: key, 2: Value } }
//! Value     { one of 1: null, 2: double, 3: text, 4: truth value, 5: Struct, 6: ListValue }
//! ListValue { 1: repeated Value }
//! ```

use spanmesh_core::otlp::reader::{Fields, Wire};
use spanmesh_json::{Map, Value};

/// Deepest nesting of values, as in JSON.
const MAX_DEPTH: usize = 127;

/// Decodes a serialised `Struct` that has at least one field.
pub(super) fn decode(bytes: &[u8]) -> Option<Value> {
    object(bytes, MAX_DEPTH).filter(|fields| !fields.is_empty()).map(Value::Object)
}

fn object(message: &[u8], depth: usize) -> Option<Map> {
    let mut fields = Map::new();
    for field in Fields::new(message) {
        match field? {
            (1, Wire::Bytes(entry)) => {
                let (key, value) = self::entry(entry, depth.checked_sub(1)?)?;
                fields.insert(key, value);
            }
            (1, _) => return None,
            _ => {}
        }
    }
    Some(fields)
}

fn entry(message: &[u8], depth: usize) -> Option<(String, Value)> {
    let (mut key, mut content) = (String::new(), Value::Null);
    for field in Fields::new(message) {
        match field? {
            (1, Wire::Bytes(bytes)) => key = text(bytes)?,
            (2, Wire::Bytes(bytes)) => content = value(bytes, depth)?,
            (1 | 2, _) => return None,
            _ => {}
        }
    }
    Some((key, content))
}

fn value(message: &[u8], depth: usize) -> Option<Value> {
    let mut value = Value::Null;
    for field in Fields::new(message) {
        value = match field? {
            (1, Wire::Varint(_)) => Value::Null,
            (2, Wire::Fixed64(bits)) => numeric(f64::from_bits(bits)),
            (3, Wire::Bytes(bytes)) => Value::String(text(bytes)?),
            (4, Wire::Varint(truth)) => Value::Bool(truth != 0),
            (5, Wire::Bytes(message)) => Value::Object(object(message, depth)?),
            (6, Wire::Bytes(message)) => Value::Array(list(message, depth.checked_sub(1)?)?),
            (1..=6, _) => return None,
            _ => value,
        };
    }
    Some(value)
}

fn list(message: &[u8], depth: usize) -> Option<Vec<Value>> {
    let mut items = Vec::new();
    for field in Fields::new(message) {
        match field? {
            (1, Wire::Bytes(bytes)) => items.push(value(bytes, depth)?),
            (1, _) => return None,
            _ => {}
        }
    }
    Some(items)
}

fn text(bytes: &[u8]) -> Option<String> {
    str::from_utf8(bytes).ok().map(str::to_owned)
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

    use std::collections::BTreeMap;

    use prost::{Message, Oneof};
    use serde_json::json;

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
            ("f".to_owned(), field(Kind::Number(-3.0))),
            ("g".to_owned(), StructValue { kind: None }),
            (String::new(), field(Kind::Struct(Struct::default()))),
        ];
        let bytes = Struct { fields: fields.into() }.encode_to_vec();
        let expected = json!({"": {}, "a": 512, "b": "x", "c": {"ratio": 0.5}, "d": [null, true],
            "e": null, "f": -3, "g": null});
        assert_eq!(decode(&bytes), Some(ours(&expected)));
    }

    #[test]
    fn other_bytes_are_no_struct() {
        for bytes in [b"".as_slice(), b"{}", b"\n", b"\nhello", b"\xff\xff"] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn nesting_is_limited() {
        let field = |kind| StructValue { kind: Some(kind) };
        let nested = |depth: usize| {
            let innermost = field(Kind::Truth(true));
            let list = |inner, _| field(Kind::List(ListValue { values: vec![inner] }));
            let value = (1..depth).fold(innermost, list);
            Struct { fields: [("a".to_owned(), value)].into() }.encode_to_vec()
        };
        assert!(decode(&nested(MAX_DEPTH)).is_some());
        assert_eq!(decode(&nested(MAX_DEPTH + 1)), None);
        assert_eq!(decode(&nested(MAX_DEPTH + 200)), None);
    }

    #[test]
    fn what_prost_refuses_is_refused_and_the_last_of_several_counts() {
        let cases: [(&[u8], Option<Value>, &str); 8] = [
            (&[0x12, 0], Some(Value::Null), "a value that is not set"),
            (&[0x0a, 1, b'k', 0x12, 2, 0x20, 1, 0x12, 2, 0x20, 0], Some(false.into()), "twice"),
            (&[0x12, 4, 0x20, 1, 0x08, 0], Some(Value::Null), "another kind behind it"),
            (&[0x12, 2, 0x38, 1], Some(Value::Null), "a field that is not known"),
            (&[0x12, 2, 0x10, 1], None, "a number that is no double"),
            (&[0x12, 3, 0x1a, 1, 0xff], None, "text that is no UTF-8"),
            (&[0x08, 1], None, "a key that is no text"),
            (&[0x12, 2, 0x32, 9], None, "a list that ends too early"),
        ];
        for (entry, expected, why) in cases {
            let length = u8::try_from(entry.len()).unwrap();
            let message = [&[0x0a, length], entry].concat();
            assert_eq!(Struct::decode(message.as_slice()).is_ok(), expected.is_some(), "{why}");
            let decoded = decode(&message);
            let value = decoded.as_ref().and_then(Value::as_object).and_then(|o| o.values().next());
            assert_eq!(value, expected.as_ref(), "{why}");
        }
    }
}
