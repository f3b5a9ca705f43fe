//! Secrets that are told by their look, wherever they stand in a text.

use std::borrow::Cow;
use std::ops::Range;

use super::{REDACTED, bearer_token, card_number, email};

/// Which of them are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detectors {
    /// Numbers of payment cards.
    pub card_number: bool,
    /// E-mail addresses.
    pub email: bool,
    /// `Bearer` tokens and JSON web tokens.
    pub bearer_token: bool,
}

/// Where the first secret of a kind lies at or behind a position that is 0 or the end of the last.
type Find = fn(&[u8], usize) -> Option<Range<usize>>;

impl Detectors {
    /// Whether none is looked for.
    pub fn are_off(self) -> bool {
        self == Self::default()
    }

    /// `text` with all that they find replaced, in a time that grows with its length.
    pub fn clean(self, text: &[u8]) -> Cow<'_, [u8]> {
        if self.are_off() {
            return Cow::Borrowed(text);
        }
        let finders: [(bool, Find); 3] = [
            (self.bearer_token, bearer_token::find),
            (self.email, email::find),
            (self.card_number, card_number::find),
        ];
        let mut text = Cow::Borrowed(text);
        for (_, find) in finders.into_iter().filter(|(is_on, _)| *is_on) {
            if let Some(clean) = replaced(&text, find) {
                text = Cow::Owned(clean);
            }
        }
        text
    }
}

/// `text` with all that `find` finds replaced; `None` when it finds nothing.
pub(super) fn replaced(
    text: &[u8],
    find: impl Fn(&[u8], usize) -> Option<Range<usize>>,
) -> Option<Vec<u8>> {
    let mut next = find(text, 0)?;
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    loop {
        out.extend_from_slice(text.get(done..next.start).unwrap_or_default());
        out.extend_from_slice(REDACTED);
        done = next.end;
        match find(text, done) {
            Some(range) => next = range,
            None => {
                out.extend_from_slice(text.get(done..).unwrap_or_default());
                return Some(out);
            }
        }
    }
}

/// Whether `text` begins with a percent-encoded byte.
pub(super) fn is_escape(text: &[u8]) -> bool {
    matches!(text, [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const ALL: Detectors = Detectors { card_number: true, email: true, bearer_token: true };

    #[test]
    fn each_kind_is_looked_for_only_when_it_is_switched_on() {
        let text = b"4111111111111111 bob@example.com Bearer abc";
        let none = Detectors::default();
        let cases = [
            (none, "4111111111111111 bob@example.com Bearer abc"),
            (Detectors { card_number: true, ..none }, "REDACTED bob@example.com Bearer abc"),
            (Detectors { email: true, ..none }, "4111111111111111 REDACTED Bearer abc"),
            (
                Detectors { bearer_token: true, ..none },
                "4111111111111111 bob@example.com Bearer REDACTED",
            ),
            (ALL, "REDACTED REDACTED Bearer REDACTED"),
        ];
        for (detectors, expected) in cases {
            assert_eq!(str::from_utf8(&detectors.clean(text)), Ok(expected), "{detectors:?}");
        }
    }

    #[test]
    fn what_is_clean_stays_as_it_is() {
        for text in [&b""[..], b"/orders/7?page=2", b"\xff\xfe", b"REDACTED"] {
            assert!(matches!(ALL.clean(text), Cow::Borrowed(same) if same == text));
        }
    }

    /// Each would take minutes in quadratic time.
    #[test]
    fn long_hostile_texts_are_done_soon() {
        let patterns = [
            "4",
            "4 ",
            "4%20",
            "%",
            "%40",
            "@",
            "a@",
            "a@b.",
            "a%40",
            "a",
            "a.",
            "eyJ",
            "eyJaa.",
            "eyJaaaa.aaaa",
            "bearer ",
            "bearer",
            "Bearer%20",
            "4111-",
            "-",
            "%4",
            ".",
            "a@b.cc@",
        ];
        for pattern in patterns {
            let text = pattern.repeat(200_000 / pattern.len());
            let clean = ALL.clean(text.as_bytes());
            assert_eq!(ALL.clean(&clean), clean, "what is clean is clean: {pattern}");
        }
    }
}
