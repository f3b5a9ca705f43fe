//! Numbers of payment cards: 13 to 19 digits (ISO/IEC 7812-1) with a right check digit, in one run or
//! in groups with a space or a dash between them (in URLs `+` and `%20` are spaces).
//!
//! Numbers that no network issues are none: those that begin with 0, and those that begin with 1 but
//! have not 15 digits (times in milliseconds begin so).

use std::ops::Range;

use super::detectors::is_escape;

const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// The first number at or behind `from`.
pub fn find(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        if is_escape(rest) {
            at += 3;
        } else if rest.first().is_some_and(u8::is_ascii_digit) {
            if let Some(length) = length(rest) {
                return Some(at..at + length);
            }
            at += rest.iter().take_while(|b| b.is_ascii_digit()).count();
        } else {
            at += 1;
        }
    }
}

/// Bytes of the longest number that `text` begins with, and that no further digit follows.
fn length(text: &[u8]) -> Option<usize> {
    let (first, _) = text.split_first()?;
    let mut count = 0;
    // Sums of the digits, with those at even or at odd places doubled.
    let mut sums = [0_u32; 2];
    let mut longest = None;
    let mut rest = text;
    loop {
        while let Some((&digit @ b'0'..=b'9', after)) = rest.split_first() {
            let digit = u32::from(digit - b'0');
            let doubled = if digit < 5 { digit * 2 } else { digit * 2 - 9 };
            let is_even = count % 2 == 0;
            let [even, odd] = &mut sums;
            *even += if is_even { doubled } else { digit };
            *odd += if is_even { digit } else { doubled };
            count += 1;
            rest = after;
        }
        if count > *DIGITS.end() {
            return longest;
        }
        // Every second digit is doubled, from the last but one on.
        let [even, odd] = sums;
        let sum = if count % 2 == 0 { even } else { odd };
        let is_issued = match first {
            b'0' => false,
            b'1' => count == 15,
            _ => true,
        };
        if DIGITS.contains(&count) && sum % 10 == 0 && is_issued {
            longest = Some(text.len() - rest.len());
        }
        match rest {
            [b' ' | b'-' | b'+', after @ ..] | [b'%', b'2', b'0', after @ ..]
                if after.first().is_some_and(u8::is_ascii_digit) =>
            {
                rest = after;
            }
            _ => return longest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::detectors::replaced;
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn card_numbers_are_found_and_their_like_are_not() {
        let cases = [
            ("4111111111111111", "REDACTED", "Visa"),
            ("4222222222222", "REDACTED", "13 digits"),
            ("378282246310005", "REDACTED", "American Express, 15 digits"),
            ("30569309025904", "REDACTED", "Diners Club, 14 digits"),
            ("6304000000000000000", "REDACTED", "19 digits"),
            ("135410014004955", "REDACTED", "UATP, 15 digits from 1 on"),
            ("4111 1111 1111 1111", "REDACTED", "spaces"),
            ("3782-822463-10005", "REDACTED", "dashes"),
            ("4111+1111%201111-1111", "REDACTED", "spaces of URLs"),
            ("q=my%204111111111111111&x", "q=my%20REDACTED&x", "behind an escape with digits"),
            ("/pay/4111111111111111/now", "/pay/REDACTED/now", "in a path"),
            ("4111111111111111 12 25", "REDACTED 12 25", "a date behind it"),
            ("25 4111111111111111", "25 REDACTED", "a number before it"),
            ("a4111111111111111b", "aREDACTEDb", "letters around it"),
            ("4111111111111111,5555555555554444", "REDACTED,REDACTED", "two"),
            ("4111111111111111 5555555555554444", "REDACTED REDACTED", "two in one row"),
            ("4111111111111112", "4111111111111112", "a wrong check digit"),
            ("41111111111111111", "41111111111111111", "a digit more"),
            ("00004111111111111111", "00004111111111111111", "within a longer run"),
            ("4111  1111 1111 1111", "4111  1111 1111 1111", "two spaces"),
            ("4111.1111.1111.1111", "4111.1111.1111.1111", "dots"),
            ("411111111111", "411111111111", "twelve digits"),
            ("0000000000000000", "0000000000000000", "nothing but zeros"),
            ("1760000000006", "1760000000006", "a time in milliseconds with a right check digit"),
            ("4111-", "4111-", "a dash at the end"),
            ("", "", "empty"),
        ];
        for (text, expected, why) in cases {
            let found = replaced(text.as_bytes(), find);
            let found = found.as_deref().map_or(text, |found| str::from_utf8(found).unwrap());
            assert_eq!(found, expected, "{why}: {text}");
        }
    }

    #[test]
    fn every_wrong_digit_is_noticed() {
        let card = *b"5105105105105100";
        assert!(find(&card, 0).is_some());
        for place in 1..card.len() {
            for digit in b'0'..=b'9' {
                let mut other = card;
                other[place] = digit;
                assert_eq!(find(&other, 0).is_some(), other == card, "{place} {digit}");
            }
        }
    }
}
