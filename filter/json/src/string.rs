//! Texts within JSON: escapes in, escapes out.

use std::fmt::{self, Write};

/// Reads a text whose opening quotation mark is behind; leaves what follows the closing one in
/// `rest`, or on an error what follows the place of the error.
pub(crate) fn read(rest: &mut &[u8]) -> Result<String, &'static str> {
    let mut text = Vec::new();
    loop {
        let Some((byte, after)) = rest.split_first() else {
            return Err("unexpected end of a string");
        };
        match byte {
            b'"' => {
                *rest = after;
                return String::from_utf8(text).map_err(|_| "invalid unicode code point");
            }
            b'\\' => {
                *rest = after;
                let mut utf8 = [0; 4];
                text.extend_from_slice(escaped(rest)?.encode_utf8(&mut utf8).as_bytes());
            }
            0..0x20 => return Err("control character in a string"),
            byte => {
                *rest = after;
                text.push(*byte);
            }
        }
    }
}

/// What follows a backslash.
fn escaped(rest: &mut &[u8]) -> Result<char, &'static str> {
    let (byte, after) = rest.split_first().ok_or("unexpected end of a string")?;
    let character = match byte {
        b'"' | b'\\' | b'/' => char::from(*byte),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            *rest = after;
            return code_point(rest).ok_or("invalid escape");
        }
        _ => return Err("invalid escape"),
    };
    *rest = after;
    Ok(character)
}

/// The four hexadecimal digits behind `\u`, and those of a low surrogate behind a high one.
fn code_point(rest: &mut &[u8]) -> Option<char> {
    let first = four_digits(rest)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    *rest = rest.strip_prefix(br"\u")?;
    let second = four_digits(rest)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
}

fn four_digits(rest: &mut &[u8]) -> Option<u32> {
    let (digits, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | char::from(*digit).to_digit(16)?))
}

/// Writes `text` with quotation marks around it.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => f.write_str("\\\""),
            '\\' => f.write_str("\\\\"),
            '\u{8}' => f.write_str("\\b"),
            '\u{c}' => f.write_str("\\f"),
            '\n' => f.write_str("\\n"),
            '\r' => f.write_str("\\r"),
            '\t' => f.write_str("\\t"),
            '\0'..' ' => write!(f, "\\u{:04x}", u32::from(character)),
            character => f.write_char(character),
        }?;
    }
    f.write_char('"')
}
