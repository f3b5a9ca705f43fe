//! Numbers within JSON.

use crate::Number;
use crate::number::scaled;
use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// A number.
    pub(crate) fn number(&mut self) -> Parsed<Number> {
        let is_negative = self.take(b'-');
        let starts_with_zero = self.peek() == Some(b'0');
        let mut digits = Digits::default();
        let whole = self.digits(&mut digits, 0)?;
        if starts_with_zero && whole > 1 {
            return Err("invalid number");
        }
        let mut is_whole = digits.exponent == 0;
        if self.take(b'.') {
            is_whole = false;
            self.digits(&mut digits, -1)?;
        }
        if self.take(b'e') || self.take(b'E') {
            is_whole = false;
            let is_small = self.take(b'-') || {
                self.take(b'+');
                false
            };
            let mut exponent = Digits::default();
            self.digits(&mut exponent, 0)?;
            // Nothing that fits in memory brings back what so large an exponent moves away.
            let exponent = i32::try_from(exponent.mantissa.min(1 << 30)).unwrap_or(i32::MAX);
            let exponent = if is_small { -exponent } else { exponent };
            digits.exponent = digits.exponent.saturating_add(exponent);
        }
        if is_whole && !is_negative {
            return Ok(Number::Whole(digits.mantissa));
        }
        // There is a negative zero, but no whole one.
        let negative = 0_i64.checked_sub_unsigned(digits.mantissa).filter(|number| *number < 0);
        if let Some(number) = negative.filter(|_| is_whole) {
            return Ok(Number::Negative(number));
        }
        let number = scaled(digits.mantissa, digits.exponent);
        if number.is_infinite() {
            return Err("number out of range");
        }
        Ok(Number::Real(if is_negative { -number } else { number }))
    }

    /// Reads digits, at least one; each moves the decimal point by `step`. Returns how many.
    fn digits(&mut self, into: &mut Digits, step: i32) -> Parsed<usize> {
        let before = self.rest.len();
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            self.skip(1);
            into.push(digit - b'0', step);
        }
        match before - self.rest.len() {
            0 => Err(self.unexpected("invalid number")),
            count => Ok(count),
        }
    }
}

/// A number without its sign: mantissa × 10^exponent.
#[derive(Default)]
struct Digits {
    mantissa: u64,
    exponent: i32,
}

impl Digits {
    /// Appends a digit, or lets it go where the mantissa is full.
    fn push(&mut self, digit: u8, step: i32) {
        let longer = self.mantissa.checked_mul(10).and_then(|m| m.checked_add(digit.into()));
        match longer {
            // Before the decimal point, a digit behind one that was let go must go too.
            Some(longer) if self.exponent <= 0 => {
                self.mantissa = longer;
                self.exponent += step;
            }
            _ => self.exponent += 1 + step,
        }
    }
}
