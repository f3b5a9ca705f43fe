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
    fn randomness_is_the_right_most_seven_bytes() {
        let id = TraceId::from_hex(b"ffffffffffffffffff0123456789abcd").unwrap();
        assert_eq!(id.randomness(), 0x0001_2345_6789_abcd);
    }
}
