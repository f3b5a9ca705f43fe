//! The printer.

use std::fmt::{self, Display, Formatter, Write};

use crate::{Value, string};

/// JSON without blanks.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => f.write_str(if *truth { "true" } else { "false" }),
            Self::Number(number) => number.fmt(f),
            Self::String(text) => string::write(f, text),
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
                    string::write(f, key)?;
                    f.write_char(':')?;
                    value.fmt(f)?;
                }
                f.write_str(if entries.is_empty() { "{}" } else { "}" })
            }
        }
    }
}
