//! Attributes of a span, written one by one within its limits.

use std::borrow::Cow;

use super::wire::{
    LENGTH_DELIMITED, cut, put_bytes, put_fixed64, put_header, put_integer, tag, varint_length,
};
use crate::redact::Detectors;

/// The tag of `KeyValue.key`.
const KEY: u8 = tag(1, LENGTH_DELIMITED) as u8;
/// The tag of `KeyValue.value`.
const VALUE: u8 = tag(2, LENGTH_DELIMITED) as u8;
/// The tag of `AnyValue.string_value`.
const STRING_VALUE: u8 = tag(1, LENGTH_DELIMITED) as u8;

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

    /// As [`Self::string`], of text in parts.
    pub fn joined(&mut self, key: &str, parts: &[&[u8]]) {
        if !self.admits() {
            return;
        }
        let (begin, length) = (self.out.len(), parts.iter().map(|part| part.len()).sum());
        if self.detectors.are_off() && length <= self.room.value_length {
            self.open(key, length_of_field(length));
            put_header(self.out, 1, length);
            let text = self.out.len();
            parts.iter().for_each(|part| self.out.extend_from_slice(part));
            if self.out.get(text..).is_some_and(|text| str::from_utf8(text).is_ok()) {
                return;
            }
            self.out.truncate(begin);
        }
        let whole = parts.concat();
        let (text, was_cut) = self.text(&whole);
        self.put_text(key, &text, was_cut);
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
        let (key_length, length) = (key.len(), text.len());
        if let Some(whole @ ..0x80) =
            key_length.checked_add(length).and_then(|sum| sum.checked_add(6))
            && let tag @ ..0x80 = tag(self.field, LENGTH_DELIMITED)
        {
            // All lengths have one byte, as nearly always: eight bytes around key and text.
            self.out.reserve(whole + 2);
            let [key_length, length] = [key_length, length].map(|length| length as u8);
            self.out.extend_from_slice(&[tag as u8, whole as u8, KEY, key_length]);
            self.out.extend_from_slice(key.as_bytes());
            self.out.extend_from_slice(&[VALUE, length + 2, STRING_VALUE, length]);
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
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
mod tests;
