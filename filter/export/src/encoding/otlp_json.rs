//! OTLP/JSON (OTLP 1.11, "JSON Protobuf Encoding"): a request transcoded by a table of its messages.
//!
//! Keys are in lowerCamelCase, ids in lower-case hexadecimal, enumerations numbers, 64-bit integers
//! decimal strings. Fields that are not in the table are left out, as receivers would do.

mod messages;

use super::json;
use super::reader::{Field, Fields};
use messages::{Kind, Message};

/// How deep messages may stand in each other; what is deeper is empty. Objects and arrays stay
/// below the 128 levels that parsers of JSON read.
const MAX_DEPTH: u32 = 64;

/// Appends an encoded `ExportTraceServiceRequest` as JSON.
#[inline(never)]
pub fn otlp_json(request: &[u8], out: &mut Vec<u8>) {
    // Twice the bytes, and a little more, is what most batches need.
    out.reserve(request.len() / 4 * 9);
    write_message(out, Message::Request, request, MAX_DEPTH);
}

fn write_message(out: &mut Vec<u8>, message: Message, body: &[u8], depth: u32) {
    let types = message.fields();
    let mut array = None;
    out.push(b'{');
    for field in Fields::all(body) {
        let known = types.iter().find(|(number, ..)| *number == field.number);
        let Some((number, name, kind)) = known else { continue };
        // The elements of a repeated field stand together.
        if array == Some(number) {
            out.push(b',');
        } else {
            if array.take().is_some() {
                out.push(b']');
            }
            json::key(out, name.as_bytes());
            if matches!(kind, Kind::Many(_)) {
                out.push(b'[');
                array = Some(number);
            }
        }
        write_value(out, *kind, &field, depth);
    }
    if array.is_some() {
        out.push(b']');
    }
    out.push(b'}');
}

fn write_value(out: &mut Vec<u8>, kind: Kind, field: &Field<'_>, depth: u32) {
    let is_quoted = matches!(kind, Kind::Id | Kind::Int64 | Kind::Fixed64);
    if is_quoted {
        out.push(b'"');
    }
    match kind {
        Kind::Text => json::string(out, field.bytes),
        Kind::Id => json::hex(out, field.bytes),
        Kind::Bytes => json::bytes(out, field.bytes),
        Kind::Bool => json::bool(out, field.integer != 0),
        Kind::Int32 => json::signed(out, (field.integer as i32).into()),
        Kind::Uint32 => json::unsigned(out, (field.integer as u32).into()),
        Kind::Int64 => json::signed(out, field.integer as i64),
        Kind::Fixed64 => json::unsigned(out, field.integer),
        Kind::Double => json::double(out, f64::from_bits(field.integer)),
        Kind::One(message) | Kind::Many(message) => match depth.checked_sub(1) {
            Some(depth) => write_message(out, message, field.bytes, depth),
            None => out.extend_from_slice(b"{}"),
        },
    }
    if is_quoted {
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests;
