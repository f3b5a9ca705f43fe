//! Tags: the attributes of span and resource as text, and what Zipkin has no other place for.

use super::plain_value;
use crate::encoding::json;
use crate::encoding::reader::{Field, Fields};

const SERVICE_NAME: &[u8] = b"service.name";
const STATUS_CODE: &str = "otel.status_code";
/// Name and version of the scope, each also under the name that it had before.
const SCOPE: [(u32, &str); 4] = [
    (1, "otel.scope.name"),
    (2, "otel.scope.version"),
    (1, "otel.library.name"),
    (2, "otel.library.version"),
];

/// An attribute; its value is an encoded `AnyValue`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'a> {
    pub key: &'a [u8],
    value: &'a [u8],
}

/// Where the tags of a span come from.
#[derive(Debug)]
pub(super) struct Tags<'a> {
    resource: Vec<Attribute<'a>>,
    /// The encoded scope.
    pub scope: &'a [u8],
    /// The attributes of the span.
    pub span: Vec<Attribute<'a>>,
}

// === impl Attribute ===

impl<'a> Attribute<'a> {
    /// Of an encoded `KeyValue`.
    pub(super) fn read(encoded: &'a [u8]) -> Self {
        Self { key: Field::of(encoded, 1).bytes, value: Field::of(encoded, 2).bytes }
    }

    /// Its text; empty if it is none.
    pub(super) fn text(&self) -> &'a [u8] {
        Field::of(self.value, 1).bytes
    }

    /// Its whole number; 0 if it is none.
    pub(super) fn integer(&self) -> u64 {
        Field::of(self.value, 3).integer
    }
}

// === impl Tags ===

impl<'a> Tags<'a> {
    /// For the spans of one encoded resource.
    pub(super) fn of_resource(resource: &'a [u8]) -> Self {
        let mut attributes = Vec::new();
        for attribute in Fields::only(resource, 1) {
            attributes.push(Attribute::read(attribute.bytes));
        }
        Self { resource: attributes, scope: &[], span: Vec::new() }
    }

    /// The name of the service; empty if there is none.
    pub(super) fn service(&self) -> &'a [u8] {
        let name = self.resource.iter().find(|attribute| attribute.key == SERVICE_NAME);
        name.map(Attribute::text).unwrap_or_default()
    }

    /// Writes the member `tags`. Of equal keys the span's counts.
    pub(super) fn write(&self, out: &mut Vec<u8>, span: &[u8]) {
        json::key(out, b"tags");
        out.push(b'{');
        for field in Fields::all(span) {
            match field.number {
                10 => write_count(out, "otel.dropped_attributes_count", field.integer),
                12 => write_count(out, "otel.dropped_events_count", field.integer),
                14 => write_count(out, "otel.dropped_links_count", field.integer),
                15 => write_status(out, field.bytes),
                _ => {}
            }
        }
        for (number, key) in SCOPE {
            let text = Field::of(self.scope, number).bytes;
            if !text.is_empty() {
                write_text(out, key, text);
            }
        }
        write_attributes(out, &self.span, &[]);
        write_attributes(out, &self.resource, &self.span);
        out.push(b'}');
    }
}

fn write_attributes(out: &mut Vec<u8>, attributes: &[Attribute<'_>], others: &[Attribute<'_>]) {
    for Attribute { key, value } in attributes {
        if !is_reserved(key) && !others.iter().any(|other| other.key == *key) {
            json::key(out, key);
            plain_value::write_text(out, value);
        }
    }
}

/// Whether a tag is not an attribute's to set: the service has a place of its own, `error` makes a
/// failure of a span whatever it says, and `otel.` is for what is mapped here.
fn is_reserved(key: &[u8]) -> bool {
    key == SERVICE_NAME || key == b"error" || key.starts_with(b"otel.")
}

fn write_status(out: &mut Vec<u8>, status: &[u8]) {
    match Field::of(status, 3).integer {
        1 => write_text(out, STATUS_CODE, b"OK"),
        2 => {
            write_text(out, STATUS_CODE, b"ERROR");
            write_text(out, "error", Field::of(status, 2).bytes);
        }
        _ => {}
    }
}

fn write_count(out: &mut Vec<u8>, key: &str, count: u64) {
    if count > 0 {
        let mut digits = Vec::new();
        json::unsigned(&mut digits, count);
        write_text(out, key, &digits);
    }
}

fn write_text(out: &mut Vec<u8>, key: &str, text: &[u8]) {
    json::key(out, key.as_bytes());
    json::string(out, text);
}
