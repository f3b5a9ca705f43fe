//! Attributes of a span, written one by one within its limits.

use std::borrow::Cow;

use super::wire::{cut, put_bytes, put_fixed64, put_header, put_integer, varint_length};
use crate::redact::Detectors;

/// How much a span may hold.
#[derive(Clone, Copy, Debug)]
pub struct AttributeLimits {
    /// Most attributes of a span.
    pub count: u32,
    /// Most characters of a value.
    pub value_length: usize,
    /// Most bytes of the values of captured header fields, all of a span together.
    pub header_bytes: usize,
}

/// What the limits took from a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Attributes that were left out.
    pub dropped: u32,
    /// Attributes whose values were cut.
    pub truncated: u32,
}

/// Appends attributes, each as one field of the message under construction. What is written first
/// stays when the limit is reached.
#[derive(Debug)]
pub struct AttributeWriter<'a> {
    out: &'a mut Vec<u8>,
    field: u32,
    room: AttributeLimits,
    detectors: Detectors,
    cuts: Cuts,
}

impl<'a> AttributeWriter<'a> {
    /// Writes fields `field`. What `detectors` find in text is replaced.
    pub fn new(
        out: &'a mut Vec<u8>,
        field: u32,
        limits: &AttributeLimits,
        detectors: Detectors,
    ) -> Self {
        Self { out, field, room: *limits, detectors, cuts: Cuts::default() }
    }

    /// What was left out or cut.
    pub fn finish(self) -> Cuts {
        self.cuts
    }

    /// An attribute with a whole number.
    pub fn int(&mut self, key: &str, value: i64) {
        if self.admits() {
            let value = value as u64;
            self.open(key, 1 + varint_length(value));
            put_integer(self.out, 3, value);
        }
    }

    /// An attribute with a truth value.
    pub fn bool(&mut self, key: &str, value: bool) {
        if self.admits() {
            self.open(key, 2);
            put_integer(self.out, 2, value.into());
        }
    }

    /// An attribute with a number.
    pub fn double(&mut self, key: &str, value: f64) {
        if self.admits() {
            self.open(key, 9);
            put_fixed64(self.out, 4, value.to_bits());
        }
    }

    /// An attribute with text. Bytes that are no UTF-8 become U+FFFD, as protobuf requires.
    pub fn string(&mut self, key: &str, value: &[u8]) {
        if !self.admits() {
            return;
        }
        match str::from_utf8(value) {
            // Nearly all are.
            Ok(text) if self.detectors.are_off() && text.len() <= self.room.value_length => {
                self.put_text(key, text, false);
            }
            _ => {
                let (text, was_cut) = self.text(value);
                self.put_text(key, &text, was_cut);
            }
        }
    }

    /// An attribute with the value of a header field, unless those of the span are too many bytes.
    pub fn header(&mut self, key: &str, value: &[u8]) {
        let (text, was_cut) = self.text(value);
        if self.has_header_room(text.len().max(1)) && self.admits() {
            self.put_text(key, &text, was_cut);
        }
    }

    /// As [`Self::header`], with a list of texts: the values of all fields of one name. An empty
    /// list is no attribute.
    pub fn headers<'v>(&mut self, key: &str, values: impl Iterator<Item = &'v [u8]>) {
        let texts: Vec<(Cow<'v, str>, bool)> = values.map(|value| self.text(value)).collect();
        // An empty field counts too, lest there be any number of them.
        let bytes = texts.iter().map(|(text, _)| text.len().max(1)).sum();
        if texts.is_empty() || !self.has_header_room(bytes) || !self.admits() {
            return;
        }
        self.cuts.truncated += u32::from(texts.iter().any(|(_, was_cut)| *was_cut));
        let item = |(text, _): &(Cow<'v, str>, bool)| length_of_field(text_length(text));
        let array: usize = texts.iter().map(item).sum();
        self.open(key, length_of_field(array));
        put_header(self.out, 5, array);
        for (text, _) in &texts {
            put_header(self.out, 1, text_length(text));
            put_bytes(self.out, 1, text.as_bytes());
        }
    }

    /// An attribute that was encoded before, its field number included.
    pub fn encoded(&mut self, attribute: &[u8]) {
        if self.admits() {
            self.out.extend_from_slice(attribute);
        }
    }

    /// Whether there is room for one more attribute, which is taken; else it counts as dropped.
    fn admits(&mut self) -> bool {
        match self.room.count.checked_sub(1) {
            Some(left) => {
                self.room.count = left;
                true
            }
            None => {
                self.cuts.dropped += 1;
                false
            }
        }
    }

    fn has_header_room(&mut self, bytes: usize) -> bool {
        match self.room.header_bytes.checked_sub(bytes) {
            Some(left) => {
                self.room.header_bytes = left;
                true
            }
            None => {
                self.cuts.dropped += 1;
                false
            }
        }
    }

    /// `value` as it may leave, and whether it was cut.
    fn text<'v>(&self, value: &'v [u8]) -> (Cow<'v, str>, bool) {
        let limit = self.room.value_length;
        match self.detectors.clean(value) {
            Cow::Borrowed(value) => cut(value, limit),
            Cow::Owned(value) => {
                let (text, was_cut) = cut(&value, limit);
                (Cow::Owned(text.into_owned()), was_cut)
            }
        }
    }

    fn put_text(&mut self, key: &str, text: &str, was_cut: bool) {
        self.cuts.truncated += u32::from(was_cut);
        self.open(key, text_length(text));
        put_bytes(self.out, 1, text.as_bytes());
    }

    fn open(&mut self, key: &str, value_length: usize) {
        let key_length = length_of_field(key.len());
        put_header(self.out, self.field, key_length + length_of_field(value_length));
        put_bytes(self.out, 1, key.as_bytes());
        put_header(self.out, 2, value_length);
    }
}

/// Bytes of an `AnyValue` with this text.
fn text_length(text: &str) -> usize {
    length_of_field(text.len())
}

/// Bytes of a field of `length` bytes with its tag of one byte.
fn length_of_field(length: usize) -> usize {
    1 + varint_length(length as u64) + length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::messages::any_value::Value;
    use crate::otlp::messages::{KeyValue, Resource};
    use prost::Message;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const UNLIMITED: AttributeLimits =
        AttributeLimits { count: u32::MAX, value_length: usize::MAX, header_bytes: usize::MAX };

    /// What `write` writes within `limits`, and what was cut.
    fn written(
        limits: AttributeLimits,
        write: impl Fn(&mut AttributeWriter<'_>),
    ) -> (Vec<KeyValue>, Cuts) {
        let mut out = Vec::new();
        let mut writer = AttributeWriter::new(&mut out, 1, &limits, Detectors::default());
        write(&mut writer);
        let cuts = writer.finish();
        let resource = Resource::decode(out.as_slice()).unwrap();
        assert_eq!(resource.encode_to_vec(), out, "the encoding is prost's");
        (resource.attributes, cuts)
    }

    #[test]
    fn attributes_equal_what_prost_writes() {
        let long = "x".repeat(300);
        let attributes = vec![
            KeyValue::string("k", "v"),
            KeyValue::string("empty", ""),
            KeyValue::string("long", long.as_str()),
            KeyValue::int("zero", 0),
            KeyValue::int("negative", -1),
            KeyValue::int("port", 65_535),
            KeyValue::new("true", Value::Bool(true)),
            KeyValue::new("half", Value::Double(0.5)),
            KeyValue::strings("list", &["a", "", &long]),
        ];
        let found = written(UNLIMITED, |writer| {
            writer.string("k", b"v");
            writer.string("empty", b"");
            writer.string("long", long.as_bytes());
            writer.int("zero", 0);
            writer.int("negative", -1);
            writer.int("port", 65_535);
            writer.bool("true", true);
            writer.double("half", 0.5);
            writer.headers("list", [b"a".as_slice(), b"", long.as_bytes()].into_iter());
            writer.headers("absent", [].into_iter());
        });
        assert_eq!(found, (attributes, Cuts::default()));
    }

    #[test]
    fn the_first_attributes_stay_and_the_rest_is_counted() {
        let (found, cuts) = written(AttributeLimits { count: 3, ..UNLIMITED }, |writer| {
            writer.int("a", 1);
            writer.string("b", b"2");
            writer.headers("c", [b"3".as_slice()].into_iter());
            writer.encoded(b"\x0a\x03\x0a\x01d");
            writer.header("e", b"5");
        });
        let keys: Vec<_> = found.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys, ["a", "b", "c"]);
        assert_eq!(cuts, Cuts { dropped: 2, truncated: 0 });
    }

    #[test]
    fn header_values_have_a_limit_of_their_own() {
        let (found, cuts) = written(AttributeLimits { header_bytes: 10, ..UNLIMITED }, |writer| {
            writer.headers("six", [b"abc".as_slice(), b"def"].into_iter());
            writer.headers("five", [b"abcde".as_slice()].into_iter());
            writer.header("three", b"abc");
            writer.headers("empty", [b"".as_slice()].into_iter());
            writer.headers("none left", [b"".as_slice()].into_iter());
            writer.string("other", b"not a header");
        });
        let keys: Vec<_> = found.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys, ["six", "three", "empty", "other"]);
        assert_eq!(cuts, Cuts { dropped: 2, truncated: 0 });
    }

    #[test]
    fn values_that_are_cut_are_counted_once_for_each_attribute() {
        let limits = AttributeLimits { value_length: 2, ..UNLIMITED };
        let (found, cuts) = written(limits, |writer| {
            writer.string("a", b"ab");
            writer.string("b", b"abc");
            writer.headers("c", [b"abc".as_slice(), b"abcd", b"a"].into_iter());
            writer.header("d", b"abc");
        });
        let expected = [
            KeyValue::string("a", "ab"),
            KeyValue::string("b", "ab"),
            KeyValue::strings("c", &["ab", "ab", "a"]),
            KeyValue::string("d", "ab"),
        ];
        assert_eq!(found, expected);
        assert_eq!(cuts, Cuts { dropped: 0, truncated: 3 });
    }
}
