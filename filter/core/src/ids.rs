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
mod tests;
