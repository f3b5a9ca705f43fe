//! Lists of `key=value` in environment variables, in the form of W3C baggage without properties.

/// Reads `key1=value1,key2=value2`; values may be percent-encoded. `None` when it is no such list.
pub(super) fn parse(text: &str) -> Option<Vec<(String, String)>> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=')?;
            let (key, value) = (key.trim(), decode(value.trim())?);
            (!key.is_empty()).then(|| (key.to_owned(), value))
        })
        .collect()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = match after.split_first_chunk::<2>() {
            Some((digits, after)) if byte == b'%' => {
                let mut decoded = [0];
                hex::decode_to_slice(digits, &mut decoded).ok()?;
                bytes.extend(decoded);
                after
            }
            _ => {
                bytes.push(byte);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn lists_are_read() {
        type Pairs = [(&'static str, &'static str)];
        let cases: [(&str, Option<&Pairs>, &str); 6] = [
            ("a=1,b=2", Some(&[("a", "1"), ("b", "2")]), "two"),
            (" a = 1 ,", Some(&[("a", "1")]), "white space, an empty one"),
            ("a=Bearer%20x%3D", Some(&[("a", "Bearer x=")]), "percent-encoded"),
            ("a=b=c", Some(&[("a", "b=c")]), "an equals sign in a value"),
            ("a", None, "no value"),
            ("a=%zz", None, "no digits"),
        ];
        for (text, expected, why) in cases {
            let pairs = parse(text);
            let borrowed: Option<Vec<_>> =
                pairs.as_ref().map(|p| p.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect());
            assert_eq!(borrowed.as_deref(), expected, "{why}: {text}");
        }
    }
}
