//! Base64 (RFC 4648, section 4).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends `bytes`, padded.
pub(super) fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    for group in bytes.chunks(3) {
        let mut bits = group.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        bits <<= 8 * (3 - group.len());
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            let padded = if digit > group.len() { None } else { ALPHABET.get(value) };
            out.push(padded.copied().unwrap_or(b'='));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_vectors_of_the_rfc() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in cases {
            let mut out = Vec::new();
            encode(&mut out, bytes.as_bytes());
            assert_eq!(str::from_utf8(&out), Ok(text));
        }
    }
}
