//! What plain scalars of YAML mean.
//!
//! kubectl (goyaml v2) and Envoy (yaml-cpp) both read YAML 1.1: `yes` and `off` are truth values there,
//! which is what the filter then gets.

use spanmesh_json::{Value, parse_number};

const TRUE: [&str; 11] = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE: [&str; 11] =
    ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];
const NULL: [&str; 5] = ["", "~", "null", "Null", "NULL"];

/// The value that a plain scalar stands for.
pub fn resolve(text: &str) -> Value {
    if NULL.contains(&text) {
        return Value::Null;
    }
    if TRUE.contains(&text) || FALSE.contains(&text) {
        return Value::Bool(TRUE.contains(&text));
    }
    whole(text).or_else(|| real(text)).unwrap_or_else(|| text.into())
}

/// `1_000`, `0x1f`, `0b11`, and `010`, which is octal.
fn whole(text: &str) -> Option<Value> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match digits.strip_prefix(['-', '+']) {
        Some(rest) => (digits.starts_with('-'), rest),
        None => (false, digits.as_str()),
    };
    let (radix, digits) = match digits.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        None => (10, digits),
        Some(rest) => match rest.strip_prefix(['x', 'X']) {
            Some(hex) => (16, hex),
            None => match rest.strip_prefix(['b', 'B']) {
                Some(binary) => (2, binary),
                None => (8, rest.strip_prefix(['o', 'O']).unwrap_or(rest)),
            },
        },
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let number = u64::from_str_radix(digits, radix).ok()?;
    if !negative {
        return Some(number.into());
    }
    i64::try_from(number).ok().map(|number| Value::from(-number))
}

/// `1.5`, `.5`, `1.`, `1e3`; what JSON has no number for stays a text.
fn real(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mantissa = unsigned.split(['e', 'E']).next()?;
    let is_mantissa = mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
        && mantissa.matches('.').count() <= 1
        && mantissa.contains(|c: char| c.is_ascii_digit());
    let number: f64 = text.parse().ok().filter(|number: &f64| is_mantissa && number.is_finite())?;
    Some(parse_number(text.as_bytes()).unwrap_or(number).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_mean_what_they_mean_to_kubectl() {
        let cases = [
            ("", "null", "nothing"),
            ("~", "null", "a tilde"),
            ("yes", "true", "YAML 1.1"),
            ("Off", "false", "YAML 1.1"),
            ("y", "true", "a single letter too"),
            ("512", "512", "whole"),
            ("-3", "-3", "negative"),
            ("+7", "7", "a sign"),
            ("010", "8", "octal"),
            ("0x1F", "31", "hexadecimal"),
            ("1_000", "1000", "with underscores"),
            ("0", "0", "nought"),
            ("1.5", "1.5", "a fraction"),
            (".5", "0.5", "without a nought"),
            ("1e3", "1000.0", "an exponent"),
            (".inf", "\".inf\"", "no number of JSON"),
            ("nan", "\"nan\"", "a word"),
            ("infinity", "\"infinity\"", "a word"),
            ("1.2.3", "\"1.2.3\"", "a version"),
            ("5s", "\"5s\"", "a duration"),
            ("099", "99.0", "no octal number: a double"),
            ("_1", "1", "goyaml ignores underscores"),
            ("e3", "\"e3\"", "no digits before the exponent"),
            ("GET", "\"GET\"", "a word"),
        ];
        for (text, expected, why) in cases {
            assert_eq!(resolve(text).to_string(), expected, "{why}: {text:?}");
        }
    }
}
