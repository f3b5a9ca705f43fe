//! Values of Envoy's node metadata, as the host serialises them (Envoy's `serializeValue`): text as
//! it is, numbers as doubles of eight bytes, truth values as one byte, objects as lists of pairs.
//!
//! The bytes do not tell their kind. Text that people write has no control characters; the other
//! kinds have them, but for a few numbers with many digits.

use spanmesh_core::header_map::Pairs;
use spanmesh_core::otlp::messages::any_value;

/// Text, a number or a truth value; `None` for anything else, and for empty text.
pub(super) fn scalar(bytes: &[u8]) -> Option<any_value::Value> {
    if let Some(text) = text(bytes) {
        return Some(any_value::Value::String(text.to_owned()));
    }
    match bytes {
        [truth @ (0 | 1)] => Some(any_value::Value::Bool(*truth == 1)),
        _ => number(f64::from_le_bytes(bytes.try_into().ok()?)),
    }
}

/// A whole number where a double holds it exactly. Others are none where they are not finite, or so
/// close to zero that their bytes are more likely something else.
fn number(number: f64) -> Option<any_value::Value> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Some(any_value::Value::Int(number as i64));
    }
    number.is_normal().then_some(any_value::Value::Double(number))
}

/// Text that is not empty and has no control characters.
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    let text = str::from_utf8(bytes).ok()?;
    (!text.is_empty() && !text.bytes().any(|b| b.is_ascii_control())).then_some(text)
}

/// The serialised value under a key of an object.
pub(super) fn entry<'a>(object: &'a [u8], key: &str) -> Option<&'a [u8]> {
    Pairs::new(object).named(key).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use any_value::Value::{Bool, Double, Int, String};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn scalars_are_told_by_their_bytes() {
        let cases: [(&[u8], Option<any_value::Value>, &str); 15] = [
            (b"shop", Some(String("shop".into())), "text"),
            (b"workload", Some(String("workload".into())), "text of eight bytes"),
            ("Jörg".as_bytes(), Some(String("Jörg".into())), "text beyond ASCII"),
            (b"1", Some(String("1".into())), "a digit"),
            (&5.0_f64.to_le_bytes(), Some(Int(5)), "a whole number"),
            (&(-5.0_f64).to_le_bytes(), Some(Int(-5)), "a negative one"),
            (&0.0_f64.to_le_bytes(), Some(Int(0)), "zero"),
            (&0.25_f64.to_le_bytes(), Some(Double(0.25)), "a fraction"),
            (&1e300_f64.to_le_bytes(), Some(Double(1e300)), "a large one"),
            (&f64::NAN.to_le_bytes(), None, "not a number"),
            (&f64::INFINITY.to_le_bytes(), None, "not finite"),
            (&[1], Some(Bool(true)), "true"),
            (&[0], Some(Bool(false)), "false"),
            (&[2, 0, 0, 0, 1, 0, 0, 0, 1], None, "the beginning of an object"),
            (b"", None, "nothing"),
        ];
        for (bytes, expected, why) in cases {
            assert_eq!(scalar(bytes), expected, "{why}");
        }
    }
}
