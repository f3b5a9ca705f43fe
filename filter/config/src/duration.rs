//! Durations: milliseconds, or text with a unit.

use spanmesh_json::Value;

/// Milliseconds of `250`, `"250ms"`, `"5s"`, `"2m"` or `"1h"`.
pub(super) fn milliseconds(value: &Value) -> Option<u64> {
    let Value::String(text) = value else { return value.as_u64() };
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(unit_at)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// The duration in words, for messages.
pub(super) fn words(milliseconds: u64) -> String {
    for (factor, unit) in [(3_600_000, "h"), (60_000, "m"), (1_000, "s")] {
        if milliseconds > 0 && milliseconds.is_multiple_of(factor) {
            return format!("{}{unit}", milliseconds / factor);
        }
    }
    format!("{milliseconds}ms")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::ours;
    use serde_json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_number_is_milliseconds_and_text_needs_a_unit() {
        let cases = [
            (json!(250), Some(250)),
            (json!("250ms"), Some(250)),
            (json!("5s"), Some(5_000)),
            (json!("2m"), Some(120_000)),
            (json!("1h"), Some(3_600_000)),
            (json!("5"), None),
            (json!("s"), None),
            (json!("5 s"), None),
            (json!("-5s"), None),
            (json!("1.5s"), None),
            (json!(1.5), None),
            (json!(-1), None),
            (json!("99999999999999999999s"), None),
            (json!(null), None),
        ];
        for (value, expected) in cases {
            assert_eq!(milliseconds(&ours(&value)), expected, "{value}");
        }
    }

    #[test]
    fn words_are_read_back() {
        for value in [0, 1, 250, 1_000, 90_000, 120_000, 3_600_000] {
            assert_eq!(milliseconds(&words(value).as_str().into()), Some(value));
        }
    }
}
