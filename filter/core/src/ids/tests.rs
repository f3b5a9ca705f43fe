use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn span_ids_are_sixteen_lower_case_digits() {
    let cases: [(&[u8], bool, &str); 6] = [
        (b"00f067aa0ba902b7", true, "an ordinary id"),
        (b"0000000000000000", false, "all zero is the invalid id"),
        (b"00F067AA0BA902B7", false, "upper case is not allowed"),
        (b"00f067aa0ba902b", false, "15 digits"),
        (b"00f067aa0ba902b70", false, "17 digits"),
        (b"00f067aa0ba902bg", false, "g is no digit"),
    ];
    for (input, accepted, why) in cases {
        assert_eq!(SpanId::from_hex(input).is_some(), accepted, "{why}");
    }
}

#[test]
fn ids_of_64_bits_keep_their_length() {
    let long = "4bf92f3577b34da6a3ce929d0e0e4736";
    let widened = format!("{}a3ce929d0e0e4736", "0".repeat(16));
    let cases = [
        ("a3ce929d0e0e4736", Some("a3ce929d0e0e4736"), "64 bits"),
        (&widened, Some("a3ce929d0e0e4736"), "64 bits that were widened elsewhere"),
        (long, Some(long), "128 bits"),
        ("0000000000000000", None, "the invalid id"),
        ("a3ce929d0e0e473", None, "15 digits"),
    ];
    for (input, expected, why) in cases {
        let id = TraceId::from_short_hex(input.as_bytes());
        assert_eq!(id.map(|id| id.to_short_hex()).as_deref(), expected.map(str::as_bytes), "{why}");
    }
    let id = TraceId::from_hex(long.as_bytes()).unwrap();
    assert_eq!((id.high_half(), id.low_half()), (0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736));
}

#[test]
fn zeros_in_front_may_be_missing() {
    let trace_id = |hex: &str| TraceId::from_unpadded_hex(hex.as_bytes());
    let span_id = |hex: &str| SpanId::from_unpadded_hex(hex.as_bytes());
    let long = "4bf92f3577b34da6a3ce929d0e0e4736";
    let cases = [
        ("1", Some(1), Some(1), "one digit"),
        ("0AbC", Some(0xabc), Some(0xabc), "either case"),
        ("fffffffffffffffe", Some(u128::from(u64::MAX - 1)), Some(u64::MAX - 1), "16 digits"),
        ("00000000000000001", Some(1), None, "17 digits are too many for a span"),
        (long, u128::from_str_radix(long, 16).ok(), None, "32 digits"),
        ("000000000000000000000000000000001", None, None, "33 digits"),
        ("", None, None, "none"),
        ("0", None, None, "the invalid id"),
        ("+1", None, None, "a sign"),
        ("1g", None, None, "g is no digit"),
    ];
    for (hex, trace, span, why) in cases {
        let expected = trace.and_then(|id: u128| TraceId::from_bytes(id.to_be_bytes()));
        assert_eq!(trace_id(hex), expected, "{why}");
        let expected = span.and_then(|id: u64| SpanId::from_bytes(id.to_be_bytes()));
        assert_eq!(span_id(hex), expected, "{why}");
    }
}

#[test]
fn randomness_is_the_right_most_seven_bytes() {
    let id = TraceId::from_hex(b"ffffffffffffffffff0123456789abcd").unwrap();
    assert_eq!(id.randomness(), 0x0001_2345_6789_abcd);
}
