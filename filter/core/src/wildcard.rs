//! Wildcards as in OpenTelemetry's declarative configuration: `*` stands for any run of characters,
//! `?` for any one; case counts.

/// Whether the whole of `text` is as `pattern` says.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    // What stands behind the last `*`, and the text where it was last tried.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((b'*', behind)), _) => {
                retry = Some((behind, text));
                pattern = behind;
            }
            (Some((wanted, behind)), Some((found, rest))) if wanted == found || *wanted == b'?' => {
                (pattern, text) = (behind, rest);
            }
            _ => {
                let Some((behind, [_, later @ ..])) = retry else { return false };
                retry = Some((behind, later));
                (pattern, text) = (behind, later);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        let cases = [
            ("user.tier", "user.tier", true, "no wildcard"),
            ("user.tier", "user.tiers", false, "the whole text"),
            ("user.*", "user.tier", true, "a run"),
            ("user.*", "user.", true, "an empty run"),
            ("user.*", "users.a", false, "the rest is literal"),
            ("*", "", true, "nothing at all"),
            ("*.id", "a.b.id", true, "the longest run is tried too"),
            ("*a*b*c", "xxaxxbxxbc", true, "several"),
            ("*a*b*c", "xxbxxaxc", false, "in this order"),
            ("us?r", "user", true, "any one"),
            ("us?r", "usr", false, "but one"),
            ("**", "a", true, "two stars are one"),
            ("User", "user", false, "case counts"),
            ("", "a", false, "nothing is nothing"),
        ];
        for (pattern, text, expected, why) in cases {
            assert_eq!(matches(pattern, text), expected, "{why}: {pattern} {text}");
        }
    }
}
