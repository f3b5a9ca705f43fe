//! The printer.

use std::fmt::{self, Display, Formatter, Write};

use crate::Value;

/// JSON without blanks.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => f.write_str(if *truth { "true" } else { "false" }),
            Self::Number(number) => number.fmt(f),
            Self::String(text) => write_text(f, text),
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    f.write_char(if index == 0 { '[' } else { ',' })?;
                    item.fmt(f)?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Self::Object(entries) => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    f.write_char(if index == 0 { '{' } else { ',' })?;
                    write_text(f, key)?;
                    f.write_char(':')?;
                    value.fmt(f)?;
                }
                f.write_str(if entries.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

/// Writes `text` with quotation marks around it.
fn write_text(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
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
