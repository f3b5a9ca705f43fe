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

/// The bytes that `text` stands for, padded or not; `None` if it has other characters.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_usize, 0);
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    for byte in text.get(..end)? {
        bits = bits << 6 | ALPHABET.iter().position(|digit| digit == byte)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_vectors_of_the_rfc_both_ways() {
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
            let unpadded = text.trim_end_matches('=');
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes.as_bytes()), "{text}");
            assert_eq!(decode(unpadded.as_bytes()).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
    }

    #[test]
    fn every_byte_comes_back_and_nothing_else_is_read() {
        let all: Vec<u8> = (0..=255).collect();
        let mut text = Vec::new();
        encode(&mut text, &all);
        assert!(text.contains(&b'+') && text.contains(&b'/'));
        assert_eq!(decode(&text), Some(all));
        for text in ["Zm9v!", "Zm9 v", "Zg==Zg==", "Zm-_"] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
