//! JSON (RFC 8259), appended to a buffer piece by piece.

use super::base64;

/// Opens the next item of an array: a comma, unless it is the first.
pub(super) fn item(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'[' | b'{')) {
        out.push(b',');
    }
}

/// Opens the next member of an object.
pub(super) fn key(out: &mut Vec<u8>, name: &[u8]) {
    item(out);
    string(out, name);
    out.push(b':');
}

/// Text, which is UTF-8 wherever protobuf says `string`.
pub(super) fn string(out: &mut Vec<u8>, text: &[u8]) {
    let is_escaped = |byte: &u8| matches!(byte, 0..b' ' | b'"' | b'\\');
    out.push(b'"');
    for run in text.split_inclusive(is_escaped) {
        match run.split_last() {
            Some((last, plain)) if is_escaped(last) => {
                out.extend_from_slice(plain);
                out.push(b'\\');
                if *last < b' ' {
                    out.extend_from_slice(b"u00");
                    hex(out, &[*last]);
                } else {
                    out.push(*last);
                }
            }
            _ => out.extend_from_slice(run),
        }
    }
    out.push(b'"');
}

/// The digits of bytes, in lower case.
pub(super) fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    // It fails where the room is not twice the bytes.
    let _ = hex::encode_to_slice(bytes, out.get_mut(start..).unwrap_or_default());
}

/// A whole number.
pub(super) fn unsigned(out: &mut Vec<u8>, number: u64) {
    if number >= 10 {
        unsigned(out, number / 10);
    }
    out.push(b'0' + (number % 10) as u8);
}

/// A whole number with a sign where it is negative.
pub(super) fn signed(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    unsigned(out, number.unsigned_abs());
}

/// The shortest number that reads as the same double, or one of the strings that protobuf has for
/// those that JSON cannot write.
pub(super) fn double(out: &mut Vec<u8>, number: f64) {
    let mut buffer = zmij::Buffer::new();
    let text = if number.is_finite() {
        buffer.format_finite(number)
    } else if number.is_nan() {
        "\"NaN\""
    } else if number > 0.0 {
        "\"Infinity\""
    } else {
        "\"-Infinity\""
    };
    out.extend_from_slice(text.as_bytes());
}

/// Bytes as a string.
pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    base64::encode(out, bytes);
    out.push(b'"');
}

/// A truth value.
pub(super) fn bool(out: &mut Vec<u8>, truth: bool) {
    out.extend_from_slice(if truth { b"true" } else { b"false" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_are_escaped() {
        let cases = [
            ("", r#""""#, "empty"),
            ("plain", r#""plain""#, "nothing to escape"),
            (r#"a"b\c"#, r#""a\"b\\c""#, "the two characters with meaning"),
            ("\"", r#""\"""#, "nothing else"),
            ("\n\u{0}\u{1f}", r#""\u000a\u0000\u001f""#, "control characters"),
            ("\u{7f} ä 🦀 \u{2028}", "\"\u{7f} ä 🦀 \u{2028}\"", "all else stays"),
        ];
        for (text, expected, why) in cases {
            let json = written(|out| string(out, text.as_bytes()));
            assert_eq!(json, expected, "{why}");
            assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!(text), "{why}");
        }
    }

    #[test]
    fn numbers_are_read_back_as_they_were() {
        for number in [0, 1, 9, 10, 12_345, u64::MAX] {
            assert_eq!(written(|out| unsigned(out, number)), number.to_string());
        }
        for number in [0, -1, 10, -10, i64::MAX, i64::MIN] {
            assert_eq!(written(|out| signed(out, number)), number.to_string());
        }
        for number in [0.0, -0.0, 1.0, 0.1, -2.5, 1e21, 1e-7, f64::MAX, f64::MIN_POSITIVE, 5e-324] {
            let json = written(|out| double(out, number));
            // Not serde_json, which may read a neighbour.
            let read: f64 = json.parse().unwrap();
            assert_eq!(read.to_bits(), number.to_bits(), "{json}");
        }
        assert_eq!(written(|out| double(out, f64::NAN)), "\"NaN\"");
        assert_eq!(written(|out| double(out, f64::INFINITY)), "\"Infinity\"");
        assert_eq!(written(|out| double(out, f64::NEG_INFINITY)), "\"-Infinity\"");
    }

    #[test]
    fn members_and_items_are_separated() {
        let json = written(|out| {
            out.push(b'{');
            key(out, b"a");
            out.push(b'[');
            for number in 0..3 {
                item(out);
                unsigned(out, number);
            }
            out.push(b']');
            key(out, b"b");
            bool(out, true);
            key(out, b"c");
            bytes(out, b"\x00\xff");
            out.push(b'}');
        });
        assert_eq!(json, r#"{"a":[0,1,2],"b":true,"c":"AP8="}"#);
    }
}
