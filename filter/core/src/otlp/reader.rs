//! Protobuf messages, read field by field. Groups, which proto3 does not have, are malformed.

/// One field: its number, and its value by its wire type.
pub type Field<'a> = (u64, Wire<'a>);

/// A value as it stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire<'a> {
    /// An integer or a truth value.
    Varint(u64),
    /// Eight bytes: a double, or a fixed integer.
    Fixed64(u64),
    /// Text, bytes or a message.
    Bytes(&'a [u8]),
    /// Four bytes.
    Fixed32(u32),
}

/// Iterates over the fields of a message; `None` stands for the rest, which is malformed.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of `message`.
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn field(&mut self) -> Option<Field<'a>> {
        let tag = self.varint()?;
        let number = Some(tag >> 3).filter(|number| (1..1 << 29).contains(number))?;
        let value = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.chunk()?)),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                let (bytes, rest) = self.rest.split_at_checked(length)?;
                self.rest = rest;
                Wire::Bytes(bytes)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.chunk()?)),
            _ => return None,
        };
        Some((number, value))
    }

    /// At most ten bytes, the last of which holds a single bit.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return (shift < 63 || *byte < 2).then_some(value);
            }
        }
        None
    }

    fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (chunk, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*chunk)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<Field<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::Wire::{Bytes, Fixed32, Fixed64, Varint};
    use super::*;
    use crate::otlp::wire::{put_bytes, put_fixed32, put_fixed64, put_integer};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn what_is_written_is_read() {
        let mut message = Vec::new();
        put_integer(&mut message, 1, u64::MAX);
        put_fixed64(&mut message, 2, 3);
        put_bytes(&mut message, 300, b"ab");
        put_fixed32(&mut message, 4, 5);
        put_integer(&mut message, (1 << 29) - 1, 0);
        let expected = [
            (1, Varint(u64::MAX)),
            (2, Fixed64(3)),
            (300, Bytes(b"ab")),
            (4, Fixed32(5)),
            ((1 << 29) - 1, Varint(0)),
        ];
        assert!(Fields::new(&message).eq(expected.map(Some)));
    }

    #[test]
    fn what_is_malformed_ends_the_message() {
        let cases: [(&[u8], &str); 10] = [
            (&[0x08], "no value"),
            (&[0x80], "half a tag"),
            (&[0x00, 0x00], "field 0"),
            (&[0x09, 1, 2, 3], "four of nine bytes"),
            (&[0x0d, 1, 2], "three of five"),
            (&[0x0a, 2, b'a'], "a length beyond the end"),
            (&[0x0b, 0x0c], "a group"),
            (&[0x0f, 0x00], "no wire type"),
            (&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], "65 bits"),
            (&[0xff; 12], "no end"),
        ];
        for (bytes, why) in cases {
            let message = [&[0x10, 7], bytes].concat();
            assert!(Fields::new(&message).eq([Some((2, Varint(7))), None]), "{why}");
        }
    }
}
