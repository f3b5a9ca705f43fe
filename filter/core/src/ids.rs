//! Trace and span ids (W3C Trace Context level 2, sections 3.2.2.3 and 3.2.2.4).

/// A trace id: 16 bytes, never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceId([u8; 16]);

/// A span id (`parent-id` on the wire): 8 bytes, never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId([u8; 8]);

// === impl TraceId ===

impl TraceId {
    /// Accepts any bytes but all zeros.
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// Reads exactly 32 lower-case hexadecimal digits.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        Self::from_bytes(decode(hex)?)
    }

    /// Reads 32 lower-case hexadecimal digits, or 16, which are the lower half of an id of 64 bits.
    pub fn from_short_hex(hex: &[u8]) -> Option<Self> {
        match hex.len() {
            16 => Self::from_low_half(u64::from_be_bytes(decode(hex)?)),
            _ => Self::from_hex(hex),
        }
    }

    /// Reads 1 to 32 hexadecimal digits of either case; zeros that were left out in front come
    /// back.
    pub fn from_unpadded_hex(hex: &[u8]) -> Option<Self> {
        Self::from_bytes(number(hex)?.to_be_bytes())
    }

    /// An id of 64 bits: its upper half is zero.
    pub fn from_low_half(low: u64) -> Option<Self> {
        Self::from_bytes(u128::from(low).to_be_bytes())
    }

    /// Whether the upper half is zero: the id came from a system that has 64 bits.
    pub fn is_short(&self) -> bool {
        self.high_half() == 0
    }

    /// The upper 64 bits.
    pub fn high_half(&self) -> u64 {
        (u128::from_be_bytes(self.0) >> 64) as u64
    }

    /// The lower 64 bits.
    pub fn low_half(&self) -> u64 {
        u128::from_be_bytes(self.0) as u64
    }

    /// 32 hexadecimal digits, or 16 for an id of 64 bits.
    pub fn to_short_hex(&self) -> Vec<u8> {
        let digits = self.to_hex();
        let (_, low) = digits.split_at(16);
        if self.is_short() { low.to_vec() } else { digits.to_vec() }
    }

    /// 32 hexadecimal digits.
    pub fn to_hex(&self) -> [u8; 32] {
        let mut digits = [0; 32];
        // Cannot fail: there are twice as many digits as bytes.
        let _ = hex::encode_to_slice(self.0, &mut digits);
        digits
    }

    /// The id as bytes, in network order.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The right-most 56 bits: the randomness of level 2, on which ratio samplers decide.
    pub fn randomness(&self) -> u64 {
        let [.., a, b, c, d, e, f, g] = self.0;
        u64::from_be_bytes([0, a, b, c, d, e, f, g])
    }
}

// === impl SpanId ===

impl SpanId {
    /// Accepts any bytes but all zeros.
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        (bytes != [0; 8]).then_some(Self(bytes))
    }

    /// Reads exactly 16 lower-case hexadecimal digits.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        Self::from_bytes(decode(hex)?)
    }

    /// Reads 1 to 16 hexadecimal digits of either case; zeros that were left out in front come
    /// back.
    pub fn from_unpadded_hex(hex: &[u8]) -> Option<Self> {
        let digits = Some(hex).filter(|hex| hex.len() <= 16)?;
        Self::from_bytes((number(digits)? as u64).to_be_bytes())
    }

    /// 16 hexadecimal digits.
    pub fn to_hex(&self) -> [u8; 16] {
        let mut digits = [0; 16];
        // Cannot fail: there are twice as many digits as bytes.
        let _ = hex::encode_to_slice(self.0, &mut digits);
        digits
    }

    /// The id as bytes, in network order.
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// Decodes exactly `2 × N` lower-case hexadecimal digits; anything else is `None`.
pub(crate) fn decode<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if !digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

/// The number that 1 to 32 hexadecimal digits of either case tell.
fn number(digits: &[u8]) -> Option<u128> {
    if !(1..=32).contains(&digits.len()) {
        return None;
    }
    let mut number = 0;
    for &digit in digits {
        number = number << 4 | u128::from(char::from(digit).to_digit(16)?);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
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
            assert_eq!(
                id.map(|id| id.to_short_hex()).as_deref(),
                expected.map(str::as_bytes),
                "{why}"
            );
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
}
