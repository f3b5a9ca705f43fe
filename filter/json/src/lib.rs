//! JSON values: serde_json reads them, into types that cost the module 30 KB less than its own.
//!
//! Names follow serde_json, which the tests hold this against.

#![forbid(unsafe_code)]

mod map;
mod number;
mod parser;
mod print;
mod value;

pub use map::Map;
pub use number::Number;
pub use parser::{Error, parse};
pub use value::Value;

/// The number that `bytes` are, with blanks around it or without.
pub fn parse_number(bytes: &[u8]) -> Option<f64> {
    parse(bytes).ok()?.as_f64()
}
