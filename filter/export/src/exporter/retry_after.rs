//! The `Retry-After` field (RFC 9110, 10.2.3): a number of seconds, or a date.
//!
//! ```text
//! IMF-fixdate = Sun, 06 Nov 1994 08:49:37 GMT
//! ```
//!
//! The two obsolete date forms are not read; a field that cannot be read counts as absent.

const NANOS: u64 = 1_000_000_000;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Nanoseconds to wait from `now` (nanoseconds since the Unix epoch).
pub(super) fn parse(value: &[u8], now: u64) -> Option<u64> {
    let value = str::from_utf8(value.trim_ascii()).ok()?;
    if let Some(seconds) = number(value) {
        return Some(seconds.saturating_mul(NANOS));
    }
    Some(date(value)?.saturating_mul(NANOS).saturating_sub(now))
}

/// Seconds since the Unix epoch of an IMF-fixdate.
fn date(value: &str) -> Option<u64> {
    let (_weekday, rest) = value.split_once(',')?;
    let mut parts = rest.strip_prefix(' ')?.strip_suffix(" GMT")?.split(' ');
    let day = number(parts.next()?)?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year = number(parts.next()?)?;
    let mut time = parts.next()?.split(':').map(number);
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let in_range = (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let complete = parts.next().is_none() && time.next().is_none();
    if !(in_range && complete && (1970..=9999).contains(&year)) {
        return None;
    }
    let days = days_since_epoch(year, month, day);
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days from 1970-01-01, counting years from March so that the leap day comes last.
fn days_since_epoch(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    (365 * year + leap_days + day_of_year).saturating_sub(719_468)
}

fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // More digits than fit mean "very long".
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn reads_seconds_and_dates() {
        let now = 784_111_777 * NANOS; // Sun, 06 Nov 1994 08:49:37 GMT
        let cases = [
            ("120", Some(120 * NANOS), "seconds"),
            (" 0 ", Some(0), "zero, with white space"),
            ("99999999999999999999", Some(u64::MAX), "more than fits"),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10 * NANOS), "ten seconds ahead"),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0), "now"),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0), "long past"),
            (
                "Thu, 29 Feb 1996 00:00:00 GMT",
                Some((825_552_000 - 784_111_777) * NANOS),
                "leap day",
            ),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None, "an obsolete form"),
            ("Sun, 32 Nov 1994 08:49:37 GMT", None, "no such day"),
            ("Sun, 06 Nov 1994 08:49:37", None, "no zone"),
            ("Sun, 06 Nov 1994 08:49 GMT", None, "no seconds"),
            ("-5", None, "a sign"),
            ("soon", None, "words"),
            ("", None, "empty"),
        ];
        for (value, expected, why) in cases {
            assert_eq!(parse(value.as_bytes(), now), expected, "{why}");
        }
    }
}
