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

/// A power of ten beyond this is no longer exact.
const EXACT_POWER: i32 = 22;

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

/// `mantissa` × 10^`exponent`: exact wherever both are (numbers of up to 15 digits), else off in
/// the last places.
pub(crate) fn scaled(mantissa: u64, exponent: i32) -> f64 {
    let mut value = mantissa as f64;
    let mut left = exponent.saturating_abs();
    while left > 0 && value > 0.0 && value.is_finite() {
        let step = left.min(EXACT_POWER);
        let power = power_of_ten(step);
        value = if exponent < 0 { value / power } else { value * power };
        left -= step;
    }
    value
}

fn power_of_ten(exponent: i32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 10.0)
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Negative(number) => write!(f, "{number}"),
            Self::Real(number) => write_real(f, *number),
        }
    }
}

/// Writes the fewest digits that read back as `number`: 15 at most, so the last places of numbers
/// with more are lost.
fn write_real(f: &mut fmt::Formatter<'_>, number: f64) -> fmt::Result {
    let (value, exponent) = normal(number.abs());
    let (mut decimals, mut scale) = (0, 1_u64);
    let mut digits = value.round_ties_even();
    while digits / scale as f64 != value && digits < 1e14 {
        (decimals, scale) = (decimals + 1, scale.saturating_mul(10));
        digits = (value * scale as f64).round_ties_even();
    }
    let mut digits = digits as u64;
    while decimals > 0 && digits.is_multiple_of(10) {
        (decimals, scale, digits) = (decimals - 1, scale / 10, digits / 10);
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    write!(f, "{sign}{}", digits / scale)?;
    if decimals > 0 {
        write!(f, ".{:0decimals$}", digits % scale)?;
    } else if exponent == 0 {
        f.write_str(".0")?;
    }
    if exponent == 0 { Ok(()) } else { write!(f, "e{exponent}") }
}

/// Very large and very small numbers as one from 1 to 10, and its power of ten.
fn normal(mut value: f64) -> (f64, i32) {
    let mut exponent = 0;
    if (1e-5..1e16).contains(&value) || value == 0.0 {
        return (value, 0);
    }
    for step in [EXACT_POWER, 1] {
        let power = power_of_ten(step);
        while value >= power {
            (value, exponent) = (value / power, exponent + step);
        }
        while value < 1.0 {
            (value, exponent) = (value * power, exponent - step);
        }
    }
    (value, exponent)
}
