//! E-mail addresses: `local@domain.tld`, in URLs also `local%40domain.tld`.
//!
//! Narrower than RFC 5321: no quoted local parts, no address literals. What does not end in a name of
//! two characters or more that begins with a letter is no domain (`user@10.0.0.1`, `pkg@1.2.3`).

use std::ops::Range;

use super::REDACTED;

/// The first address at or behind `from`.
pub fn find(text: &[u8], from: usize) -> Option<Range<usize>> {
    // A local part does not reach back over the separator before.
    let mut floor = from;
    let mut at = from;
    loop {
        let width = match text.get(at..)? {
            [] => return None,
            [b'@', ..] => 1,
            [b'%', b'4', b'0', ..] => 3,
            _ => {
                at += 1;
                continue;
            }
        };
        let before = text.get(floor..at).unwrap_or_default();
        let local = before.iter().rev().take_while(|b| is_local(**b)).count();
        let domain = domain(text.get(at + width..).unwrap_or_default());
        // User information that was redacted already is followed by a host.
        if local > 0 && domain > 0 && text.get(at - local..at) != Some(REDACTED) {
            return Some(at - local..at + width + domain);
        }
        at += width;
        floor = at;
    }
}

/// What local parts are made of (RFC 5322 `atext`), without what separates in URLs and lists.
fn is_local(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'.' | b'_' | b'-' | b'+' | b'%' | b'!' | b'$' | b'\'' | b'*' | b'^' | b'~' | 0x80..
        )
}

/// Bytes of the domain that `text` begins with; 0 when it is none.
fn domain(text: &[u8]) -> usize {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | 0x80..);
    let mut length = 0;
    let mut end = 0;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let name = rest.iter().take_while(|b| is_name(**b)).count();
        if name == 0 {
            return length;
        }
        let is_top = end > 0
            && name > 1
            && rest.first().is_some_and(|b| b.is_ascii_alphabetic() || !b.is_ascii());
        end += name;
        if is_top {
            length = end;
        }
        if text.get(end) != Some(&b'.') {
            return length;
        }
        end += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::detectors::replaced;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn addresses_are_found_and_their_like_are_not() {
        let cases = [
            ("bob@example.com", "REDACTED", "an address"),
            ("bob.o'neil+tag@mail.example.co.uk", "REDACTED", "signs that are rare"),
            ("/users/bob%40example.com/cart", "/users/REDACTED/cart", "percent-encoded"),
            ("email=bob@example.com&page=2", "email=REDACTED&page=2", "in a query"),
            ("<bob@example.com>, eve@example.org.", "<REDACTED>, REDACTED.", "in a text"),
            ("jörg@exämple.de", "REDACTED", "beyond ASCII"),
            ("a@b.cc@d.ee", "REDACTED@d.ee", "one address, and what is none behind it"),
            ("bob@example.com.1", "REDACTED.1", "the domain ends before a number"),
            ("bob@example.com-", "REDACTED", "dashes belong to names"),
            ("bob@xn--exmple-cua.xn--p1ai", "REDACTED", "punycode"),
            ("bob@localhost", "bob@localhost", "no top-level domain"),
            ("user@10.0.0.1", "user@10.0.0.1", "an address of a host"),
            ("/@angular/core", "/@angular/core", "no local part"),
            ("/left-pad@1.3.0", "/left-pad@1.3.0", "a version"),
            ("bob@example.c", "bob@example.c", "a top-level domain of one letter"),
            ("bob@.com", "bob@.com", "an empty name"),
            ("bob@", "bob@", "no domain"),
            ("100%40", "100%40", "an escape at the end"),
            (
                "http://REDACTED:REDACTED@shop.example/",
                "http://REDACTED:REDACTED@shop.example/",
                "user information that is redacted already",
            ),
            ("", "", "empty"),
        ];
        for (text, expected, why) in cases {
            let found = replaced(text.as_bytes(), find);
            let found = found.as_deref().map_or(text, |found| str::from_utf8(found).unwrap());
            assert_eq!(found, expected, "{why}: {text}");
        }
    }
}
