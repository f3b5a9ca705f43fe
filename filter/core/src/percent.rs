//! Percent-encoding (RFC 3986, section 2.1).

use std::borrow::Cow;

/// `text` with `%` and two hexadecimal digits replaced by the byte that they mean. What is no such
/// triplet stays as it is.
pub fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'%') {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let mut decoded = [byte];
        rest = match after.split_first_chunk::<2>() {
            Some((digits, after))
                if byte == b'%' && hex::decode_to_slice(digits, &mut decoded).is_ok() =>
            {
                after
            }
            _ => {
                decoded = [byte];
                after
            }
        };
        out.extend(decoded);
    }
    Cow::Owned(out)
}

/// Appends `bytes`, with all but unreserved characters encoded.
pub fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'%');
            let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
            out.extend([digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn triplets_are_decoded_and_all_else_stays() {
        let cases: [(&str, &[u8], &str); 8] = [
            ("plain", b"plain", "nothing to decode"),
            ("a%20b%3D", b"a b=", "two"),
            ("%c3%A4", "ä".as_bytes(), "digits of either case"),
            ("%ff", b"\xff", "any byte"),
            ("%2520", b"%20", "once, not twice"),
            ("%zz%4", b"%zz%4", "no digits"),
            ("%", b"%", "nothing behind it"),
            ("", b"", "empty"),
        ];
        for (text, expected, why) in cases {
            assert_eq!(&*decode(text.as_bytes()), expected, "{why}");
        }
    }

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        let all: Vec<u8> = (0..=255).collect();
        let mut encoded = Vec::new();
        encode(&all, &mut encoded);
        assert!(encoded.iter().all(u8::is_ascii_graphic));
        assert_eq!(decode(&encoded), all);
        let mut plain = Vec::new();
        encode(b"a b%-._~=,;", &mut plain);
        assert_eq!(plain, b"a%20b%25-._~%3D%2C%3B");
    }
}
