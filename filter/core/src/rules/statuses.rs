//! Sets of response status codes: `418`, `420-429`.

use std::ops::RangeInclusive;

/// Codes and ranges of codes, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statuses(Vec<RangeInclusive<u16>>);

impl Statuses {
    /// Adds a code or a range of codes, from 100 to 599.
    pub fn add(&mut self, text: &str) -> Option<()> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let code = |text: &str| {
            let is_code = text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|code| is_code && (100..600).contains(code))
        };
        let (from, to): (u16, u16) = (code(from)?, code(to)?);
        (from <= to).then(|| self.0.push(from..=to))
    }

    /// Whether `code` is one of them.
    pub fn contain(&self, code: u16) -> bool {
        self.0.iter().any(|range| range.contains(&code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn codes_and_ranges_are_read() {
        let mut statuses = Statuses::default();
        assert_eq!((statuses.add("418"), statuses.add("420-429")), (Some(()), Some(())));
        for (code, expected) in [(418, true), (419, false), (420, true), (429, true), (430, false)]
        {
            assert_eq!(statuses.contain(code), expected, "{code}");
        }
        for bad in ["", "42", "4xx", "600", "099", "429-420", "420-", "-429", "1-2-3", "+42"] {
            assert_eq!(Statuses::default().add(bad), None, "{bad}");
        }
    }
}
