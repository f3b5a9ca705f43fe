//! JSON (RFC 8259): values, a parser, a printer.
//!
//! The module of spanmesh must stay small, and serde_json took 50 KB of it; this takes 5.
//! Names follow serde_json, which the tests hold it against.

#![forbid(unsafe_code)]

mod map;
mod number;
mod numeral;
mod parser;
mod print;
mod string;
mod value;

pub use map::Map;
pub use number::Number;
pub use parser::{Error, parse};
pub use value::Value;

/// The number that `bytes` are, with blanks around it or without.
pub fn parse_number(bytes: &[u8]) -> Option<f64> {
    parse(bytes).ok()?.as_f64()
}
