//! The fields of a protobuf message for readers that know which values they expect.

use spanmesh_core::otlp::reader::{self, Wire};

/// One field. Its reader knows which of the two values counts; the other one is 0 or empty, and so
/// is the value of a field that has another wire type than its reader expects: the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// Never 0.
    pub number: u32,
    /// A varint, or the bits of a fixed number.
    pub integer: u64,
    /// Text, bytes, or a message.
    pub bytes: &'a [u8],
}

/// The fields of a message. What cannot be read ends it.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    fields: reader::Fields<'a>,
    /// The number of those that count; 0 for all.
    only: u32,
}

// === impl Field ===

impl<'a> Field<'a> {
    /// The first field `number` of `message`; the default if there is none.
    pub(super) fn of(message: &'a [u8], number: u32) -> Self {
        Fields::only(message, number).next().unwrap_or_default()
    }
}

// === impl Fields ===

impl<'a> Fields<'a> {
    /// The fields of `message`.
    pub(super) fn all(message: &'a [u8]) -> Self {
        Self { fields: reader::Fields::new(message), only: 0 }
    }

    /// Those fields of `message` that have this number.
    pub(super) fn only(message: &'a [u8], number: u32) -> Self {
        Self { fields: reader::Fields::new(message), only: number }
    }

    fn read(&mut self) -> Option<Field<'a>> {
        let (number, value) = self.fields.next()??;
        let (integer, bytes): (u64, &[u8]) = match value {
            Wire::Varint(integer) | Wire::Fixed64(integer) => (integer, &[]),
            Wire::Fixed32(integer) => (integer.into(), &[]),
            Wire::Bytes(bytes) => (0, bytes),
        };
        // No field has a number of more than 29 bits.
        Some(Field { number: number as u32, integer, bytes })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        while let Some(field) = self.read() {
            if self.only == 0 || self.only == field.number {
                return Some(field);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanmesh_core::otlp::wire::{put_bytes, put_fixed32, put_fixed64, put_integer};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn reads_what_the_writer_writes() {
        for integer in [0, 1, 127, 128, 1 << 35, u64::MAX] {
            let mut message = Vec::new();
            put_integer(&mut message, 1, integer);
            put_fixed64(&mut message, 16, integer);
            put_fixed32(&mut message, 2, integer as u32);
            put_bytes(&mut message, 3, b"text");
            let number = |number, integer| Field { number, integer, bytes: b"" };
            let expected = [
                number(1, integer),
                number(16, integer),
                number(2, u64::from(integer as u32)),
                Field { number: 3, integer: 0, bytes: b"text" },
            ];
            assert_eq!(Fields::all(&message).collect::<Vec<_>>(), expected);
            assert_eq!(Fields::only(&message, 2).collect::<Vec<_>>(), expected[2..3]);
            assert_eq!(Field::of(&message, 3), expected[3]);
            assert_eq!(Field::of(&message, 4), Field::default());
        }
    }

    #[test]
    fn what_cannot_be_read_ends_the_message() {
        // Field 1 with the value 1 stands before and behind.
        let cases: [(&[u8], &str); 9] = [
            (&[0x00, 0x01], "number 0"),
            (&[0x0b], "a group"),
            (&[0x0e], "no such wire type"),
            (&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x01], "a number of more than 32 bits"),
            (&[0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80], "11 bytes"),
            (&[0x12, 0x04, 0x00], "a length beyond the end"),
            (&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "the longest"),
            (&[0x11, 1, 2, 3, 4], "too few bytes for 64 bits"),
            (&[0x15, 1], "too few bytes for 32 bits"),
        ];
        for (bytes, why) in cases {
            let message = [&[0x08, 1], bytes, &[0x08, 1]].concat();
            let mut fields = Fields::all(&message);
            assert_eq!(fields.next().map(|field| field.number), Some(1), "{why}");
            assert_eq!(fields.next(), None, "{why}");
            assert_eq!(fields.next(), None, "{why}: it stays ended");
        }
    }
}
