//! Protobuf primitives that append to a buffer, for messages written without an object tree.
//!
//! The output is canonical: shortest varints, defaults left out by the callers, so it equals
//! what prost writes for the same message.

use std::borrow::Cow;

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
/// The wire type of bytes, text and messages.
pub const LENGTH_DELIMITED: u32 = 2;
const FIXED32: u32 = 5;

/// Appends a base-128 varint.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes that [`put_varint`] appends for `value`: 1 to 10.
pub fn varint_length(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// Appends field `field` with an integer.
pub fn put_integer(out: &mut Vec<u8>, field: u32, value: u64) {
    put_tag(out, field, VARINT);
    put_varint(out, value);
}

/// Appends field `field` with eight fixed bytes.
pub fn put_fixed64(out: &mut Vec<u8>, field: u32, value: u64) {
    put_tag(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends field `field` with four fixed bytes.
pub fn put_fixed32(out: &mut Vec<u8>, field: u32, value: u32) {
    put_tag(out, field, FIXED32);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends field `field` with bytes or text.
pub fn put_bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    put_header(out, field, value.len());
    out.extend_from_slice(value);
}

/// Appends tag and length of field `field`; the caller appends the `length` bytes.
pub fn put_header(out: &mut Vec<u8>, field: u32, length: usize) {
    put_tag(out, field, LENGTH_DELIMITED);
    put_varint(out, length as u64);
}

/// Appends field `field` with the message that `body` appends.
///
/// Two bytes are set aside for the length, which fits messages of 128 to 16,383 bytes; the body
/// is moved when it turns out shorter or longer.
pub fn put_message(out: &mut Vec<u8>, field: u32, body: impl FnOnce(&mut Vec<u8>)) {
    put_tag(out, field, LENGTH_DELIMITED);
    let length_at = out.len();
    out.extend_from_slice(&[0, 0]);
    body(out);
    let length = out.len().saturating_sub(length_at + 2);
    if let 0x80..=0x3fff = length
        && let Some([low, high]) = out.get_mut(length_at..length_at + 2)
    {
        (*low, *high) = (length as u8 | 0x80, (length >> 7) as u8);
        return;
    }
    let mut varint = Vec::with_capacity(10);
    put_varint(&mut varint, length as u64);
    out.splice(length_at..length_at + 2, varint);
}

/// What stands before a field: its number and its wire type.
pub const fn tag(field: u32, wire_type: u32) -> u32 {
    field << 3 | wire_type
}

fn put_tag(out: &mut Vec<u8>, field: u32, wire_type: u32) {
    put_varint(out, tag(field, wire_type).into());
}

/// `value` as text of at most `limit` characters.
pub fn limited(value: &[u8], limit: usize) -> Cow<'_, str> {
    cut(value, limit).0
}

/// As [`limited`], and whether anything was cut.
pub fn cut(value: &[u8], limit: usize) -> (Cow<'_, str>, bool) {
    let text = String::from_utf8_lossy(value);
    if text.len() <= limit {
        return (text, false);
    }
    match text.char_indices().nth(limit) {
        Some((end, _)) => (Cow::Owned(text.get(..end).unwrap_or_default().to_owned()), true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn varints_have_the_length_that_is_announced() {
        for shift in 0..64 {
            for value in [1_u64 << shift, (1 << shift) - 1, u64::MAX >> shift] {
                let mut out = Vec::new();
                put_varint(&mut out, value);
                assert_eq!(out.len(), varint_length(value), "{value}");
                assert_eq!(
                    prost::decode_length_delimiter(out.as_slice()).ok(),
                    value.try_into().ok()
                );
            }
        }
    }

    #[test]
    fn messages_of_every_size_get_their_shortest_length() {
        for size in [0, 1, 127, 128, 16_383, 16_384, 3_000_000] {
            let mut ours = vec![0xee];
            put_message(&mut ours, 1, |out| out.resize(out.len() + size, b'x'));
            let mut expected = vec![0xee];
            put_bytes(&mut expected, 1, &vec![b'x'; size]);
            assert!(ours == expected, "{size}");
        }
    }

    #[test]
    fn text_is_limited_in_characters_and_always_utf_8() {
        let cases: [(&[u8], usize, &str, &str); 5] = [
            (b"abc", 3, "abc", "at the limit"),
            (b"abcd", 3, "abc", "beyond it"),
            ("äöüß".as_bytes(), 3, "äöü", "characters count, not bytes"),
            ("äö".as_bytes(), 3, "äö", "more bytes than the limit, fewer characters"),
            (b"a\xffb", 9, "a\u{fffd}b", "a byte that is no UTF-8"),
        ];
        for (value, limit, expected, why) in cases {
            let was_cut = expected.chars().count() < String::from_utf8_lossy(value).chars().count();
            assert_eq!(cut(value, limit), (expected.into(), was_cut), "{why}");
            assert_eq!(limited(value, limit), expected, "{why}");
        }
    }
}
