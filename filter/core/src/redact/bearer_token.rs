//! Tokens: what follows the word `Bearer` (RFC 6750, section 2.1; in any case, as RFC 9110 has it),
//! and JSON web tokens wherever they stand (RFC 7519: three parts in base64url, the first of which
//! begins with `eyJ`, which is `{"`; the last is empty in unsigned ones).

use std::ops::Range;

const BEARER: &[u8] = b"bearer";
/// Fewest characters of the header and of the claims of a JSON web token.
const SHORTEST_PART: usize = 4;

/// The first token at or behind `from`; the word before it is no part of it.
pub fn find(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let starts_word = !before.is_some_and(|b| is_base64url(*b));
        if starts_word
            && matches!(rest, [b'b' | b'B', ..])
            && let Some(range) = bearer(rest)
        {
            return Some(at + range.start..at + range.end);
        }
        if starts_word
            && rest.starts_with(b"eyJ")
            && let Some(length) = web_token(rest)
        {
            return Some(at..at + length);
        }
        at += 1;
    }
}

/// The token behind the word that `text` begins with.
fn bearer(text: &[u8]) -> Option<Range<usize>> {
    let (word, mut rest) = text.split_at_checked(BEARER.len())?;
    if !word.eq_ignore_ascii_case(BEARER) {
        return None;
    }
    let behind_word = rest;
    while let [b' ' | b'+', after @ ..] | [b'%', b'2', b'0', after @ ..] = rest {
        rest = after;
    }
    let length = rest.iter().take_while(|b| is_token(**b)).count();
    let start = text.len() - rest.len();
    (rest.len() < behind_word.len() && length > 0).then_some(start..start + length)
}

/// Bytes of the JSON web token that `text` begins with.
fn web_token(text: &[u8]) -> Option<usize> {
    let run = |from: usize| {
        text.get(from..).unwrap_or_default().iter().take_while(|b| is_base64url(**b)).count()
    };
    let header = run(0);
    let claims = run(header + 1);
    let end = header + 1 + claims;
    let has_dots = text.get(header) == Some(&b'.') && text.get(end) == Some(&b'.');
    (has_dots && header >= SHORTEST_PART && claims >= SHORTEST_PART).then(|| end + 1 + run(end + 1))
}

fn is_base64url(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')
}

/// `token68` of RFC 9110, and percent-encoded bytes.
fn is_token(b: u8) -> bool {
    is_base64url(b) || matches!(b, b'.' | b'~' | b'+' | b'/' | b'=' | b'%')
}

#[cfg(test)]
mod tests {
    use super::super::detectors::replaced;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn tokens_are_found_and_their_like_are_not() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.c2lnbmF0dXJl-_";
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0NzExIn0.";
        let cases = [
            ("Bearer abc.DEF-_~+/123==", "Bearer REDACTED", "the header's value"),
            ("bearer   abc", "bearer   REDACTED", "any case, several spaces"),
            ("auth=Bearer%20abc&page=2", "auth=Bearer%20REDACTED&page=2", "in a query"),
            ("auth=BEARER+abc%3D;x", "auth=BEARER+REDACTED;x", "a plus sign for the space"),
            ("Bearer a, Bearer b", "Bearer REDACTED, Bearer REDACTED", "two"),
            (jwt, "REDACTED", "a web token alone"),
            (unsigned, "REDACTED", "an unsigned one"),
            ("/t/eyJhbGci.eyJzdWIi.c2ln/x", "/t/REDACTED/x", "in a path"),
            ("eyJhbGci.x.eyJhbGci.eyJzdWIi.c2ln", "eyJhbGci.x.REDACTED", "behind what is none"),
            ("Bearer", "Bearer", "no token"),
            ("Bearer ", "Bearer ", "still none"),
            ("forbearer abc", "forbearer abc", "another word"),
            ("bearers abc", "bearers abc", "and another"),
            ("eyJhbGci.eyJzdWIi", "eyJhbGci.eyJzdWIi", "two parts"),
            ("eyJhbGci", "eyJhbGci", "one part"),
            ("eyJhbGci.a.b", "eyJhbGci.a.b", "claims that are too short"),
            ("keyJhbGci.eyJzdWIi.c2ln", "keyJhbGci.eyJzdWIi.c2ln", "does not begin there"),
            ("a.b.c", "a.b.c", "no JSON"),
            ("", "", "empty"),
        ];
        for (text, expected, why) in cases {
            let found = replaced(text.as_bytes(), find);
            let found = found.as_deref().map_or(text, |found| str::from_utf8(found).unwrap());
            assert_eq!(found, expected, "{why}: {text}");
        }
    }
}
