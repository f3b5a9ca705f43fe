//! Attribute values for backends that know only text ("AnyValue representation for non-OTLP
//! protocols" in the OpenTelemetry specification).

use crate::encoding::json;
use crate::encoding::reader::{Field, Fields};

/// How deep lists may stand in each other. What is deeper is `null`.
const MAX_DEPTH: u32 = 50;

/// Appends an encoded `AnyValue` as a JSON string: text as it is, anything else as JSON.
pub(super) fn write_text(out: &mut Vec<u8>, value: &[u8]) {
    let start = out.len();
    write(out, value, MAX_DEPTH);
    if out.get(start) != Some(&b'"') {
        let text = out.split_off(start);
        json::string(out, if text == b"null" { b"" } else { &text });
    }
}

/// Appends it as the JSON that it would be among the items of a list.
fn write(out: &mut Vec<u8>, value: &[u8], depth: u32) {
    let field = Fields::all(value).next().unwrap_or_default();
    match (field.number, depth.checked_sub(1)) {
        (1, _) => json::string(out, field.bytes),
        (2, _) => json::bool(out, field.integer != 0),
        (3, _) => json::signed(out, field.integer as i64),
        (4, _) => json::double(out, f64::from_bits(field.integer)),
        (5, Some(depth)) => {
            out.push(b'[');
            for value in Fields::only(field.bytes, 1) {
                json::item(out);
                write(out, value.bytes, depth);
            }
            out.push(b']');
        }
        (6, Some(depth)) => {
            out.push(b'{');
            for attribute in Fields::only(field.bytes, 1) {
                json::key(out, Field::of(attribute.bytes, 1).bytes);
                write(out, Field::of(attribute.bytes, 2).bytes, depth);
            }
            out.push(b'}');
        }
        (7, _) => json::bytes(out, field.bytes),
        _ => out.extend_from_slice(b"null"),
    }
}
