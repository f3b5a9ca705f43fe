//! Paths without what looks like an id: `/orders/4711` becomes `/orders/{id}`.
//!
//! A guess, made where no template is known: it errs by leaving words in (a slug, a user name), and
//! now and then by taking a number out that is none.

/// What stands in place of an id.
const ID: &str = "{id}";
/// Longest path that is made, in bytes: a longer one is no name.
const MAX_PATH: usize = 128;
/// Shortest run of hexadecimal digits that is an id.
const MIN_HEX: usize = 8;
/// Shortest token of letters and digits that is an id.
const MIN_TOKEN: usize = 20;

/// `path`, which has no query, with its ids masked. `None` when it is no path, or still too long.
pub fn mask(path: &str) -> Option<String> {
    let mut masked = String::with_capacity(path.len().min(MAX_PATH));
    for segment in path.strip_prefix('/')?.split('/') {
        masked.push('/');
        masked.push_str(if is_id(segment) { ID } else { segment });
        if masked.len() > MAX_PATH {
            return None;
        }
    }
    Some(masked)
}

/// Whether a segment looks like an id: a number, a date, a UUID or ULID, a hash, an e-mail address, a
/// random token.
fn is_id(segment: &str) -> bool {
    let (mut digits, mut lower, mut upper, mut hex, mut dashes, mut others) = (0, 0, 0, 0, 0, 0);
    for b in segment.bytes() {
        match b {
            b'0'..=b'9' => digits += 1,
            b'a'..=b'z' => lower += 1,
            b'A'..=b'Z' => upper += 1,
            b'-' | b'_' => dashes += 1,
            _ => others += 1,
        }
        hex += usize::from(b.is_ascii_hexdigit());
    }
    let length = segment.len();
    if others > 0 {
        // The sign of packages and of user names, at the front, is none of an address.
        return segment.bytes().skip(1).any(|b| b == b'@')
            || segment.split('%').skip(1).any(|escape| escape.starts_with("40"));
    }
    let letters = lower + upper;
    let is_number = digits > 0 && letters == 0;
    let is_uuid = length == 36 && hex == 32 && dashes == 4;
    let is_hash = digits > 0 && hex == length && length >= MIN_HEX;
    // Words with dashes between them are written in one case.
    let is_token = digits > 0
        && length >= MIN_TOKEN
        && (if dashes == 0 { letters > 0 } else { lower > 0 && upper > 0 });
    is_number || is_uuid || is_hash || is_token
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn ids_are_masked_and_words_are_not() {
        let cases = [
            ("/orders/4711/items/2", "/orders/{id}/items/{id}", "numbers"),
            ("/7", "/{id}", "a number alone"),
            ("/reports/2026-08-19", "/reports/{id}", "a date"),
            ("/u/123e4567-e89b-12d3-a456-426614174000", "/u/{id}", "a UUID"),
            ("/u/ABCDEFAB-ABCD-ABCD-ABCD-ABCDEFABCDEF", "/u/{id}", "one without digits"),
            ("/u/123e4567e89b12d3a456426614174000", "/u/{id}", "one without dashes"),
            ("/u/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/u/{id}", "a ULID"),
            ("/commit/c0ffee12", "/commit/{id}", "a hash"),
            ("/c/507f1f77bcf86cd799439011", "/c/{id}", "an ObjectId"),
            ("/s/dQw4w9WgXcQ-r5_8KqLm2", "/s/{id}", "a token in base64url"),
            ("/s/a1b2c3d4e5f6g7h8i9j0", "/s/{id}", "a token of 20 letters and digits"),
            ("/users/bob@example.com/cart", "/users/{id}/cart", "an address"),
            ("/users/bob%40example.com", "/users/{id}", "a percent-encoded one"),
            ("/", "/", "the root"),
            ("/orders/", "/orders/", "a slash at the end"),
            ("/a//b", "/a//b", "an empty segment"),
            ("/api/v1/orders", "/api/v1/orders", "words"),
            ("/api/2.0/x", "/api/2.0/x", "a version"),
            ("/decade/facade/deadbeef", "/decade/facade/deadbeef", "words of hexadecimal letters"),
            ("/c/a1b2c3", "/c/a1b2c3", "a short one"),
            (
                "/blog/10-things-you-did-not-know-in-2026",
                "/blog/10-things-you-did-not-know-in-2026",
                "a slug",
            ),
            ("/@angular/core", "/@angular/core", "a package"),
            ("/img/logo.4f3e2d1c.png", "/img/logo.4f3e2d1c.png", "a file"),
        ];
        for (path, expected, why) in cases {
            assert_eq!(mask(path).as_deref(), Some(expected), "{why}: {path}");
        }
    }

    #[test]
    fn what_makes_no_name_is_left_out() {
        for (path, why) in [
            ("*".to_owned(), "no path"),
            (String::new(), "empty"),
            ("a/b".to_owned(), "no slash in front"),
            (format!("/{}", "a".repeat(128)), "a long segment"),
            ("/a".repeat(65), "many segments"),
        ] {
            assert_eq!(mask(&path), None, "{why}");
        }
        assert!(mask(&format!("/{}", "7".repeat(10_000))).is_some(), "a long number is short");
        assert!(mask(&"/a".repeat(64)).is_some());
    }
}
