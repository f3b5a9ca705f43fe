//! Numbers.

use std::fmt;

/// A number, as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Whole(u64),
    /// A whole number below zero.
    Negative(i64),
    /// Any other, always finite.
    Real(f64),
}

impl Number {
    /// Its value.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Negative(number) => number as f64,
            Self::Real(number) => number,
        }
    }

    /// Its value, if it was written as a whole number and is none too large.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Self::Whole(number) => i64::try_from(number).ok(),
            Self::Negative(number) => Some(number),
            Self::Real(_) => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Negative(number) => write!(f, "{number}"),
            Self::Real(number) => f.write_str(zmij::Buffer::new().format_finite(*number)),
        }
    }
}
