//! Zipkin's list of spans as JSON (its API v2), by OpenTelemetry's mapping to Zipkin.
//!
//! Left out, as OpenTelemetry's exporters do: links and trace state, for which Zipkin has no place,
//! and events, which spanmesh does not write. Names are in lower case, as Zipkin asks; it folds
//! what is beyond ASCII itself.
//!
//! Sources: `zipkin2-api.yaml`; "OpenTelemetry to Zipkin Transformation" in the OpenTelemetry
//! specification.

mod endpoint;
mod plain_value;
mod tags;

use super::json;
use super::reader::{Field, Fields};
use tags::{Attribute, Tags};

/// Zipkin's kinds for OTLP's from 2 on; internal spans have none.
const KINDS: [&str; 4] = ["SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
/// OTLP's kinds of spans that call something: their remote endpoint.
const CLIENT: u64 = 3;
const PRODUCER: u64 = 4;
const NANOS_PER_MICRO: u64 = 1_000;

/// Appends the spans of an encoded `ExportTraceServiceRequest` as a JSON array.
#[inline(never)]
pub fn zipkin_json(request: &[u8], out: &mut Vec<u8>) {
    // More than twice the bytes is what most batches need.
    out.reserve(request.len() / 4 * 11);
    out.push(b'[');
    for resource_spans in Fields::only(request, 1) {
        let mut tags = Tags::of_resource(Field::of(resource_spans.bytes, 1).bytes);
        for scope_spans in Fields::only(resource_spans.bytes, 2) {
            tags.scope = Field::of(scope_spans.bytes, 1).bytes;
            for span in Fields::only(scope_spans.bytes, 2) {
                json::item(out);
                write_span(out, span.bytes, &mut tags);
            }
        }
    }
    out.push(b']');
}

fn write_span<'a>(out: &mut Vec<u8>, span: &'a [u8], tags: &mut Tags<'a>) {
    let (mut kind, mut start, mut end) = (0, 0, 0);
    tags.span.clear();
    out.push(b'{');
    for field in Fields::all(span) {
        match field.number {
            1 => write_id(out, "traceId", field.bytes),
            2 => write_id(out, "id", field.bytes),
            4 => write_id(out, "parentId", field.bytes),
            5 => write_label(out, "name", field.bytes),
            6 => kind = field.integer,
            7 => start = field.integer,
            8 => end = field.integer,
            9 => tags.span.push(Attribute::read(field.bytes)),
            _ => {}
        }
    }
    if let Some(kind) = kind.checked_sub(2).and_then(|kind| KINDS.get(kind as usize)) {
        json::key(out, b"kind");
        json::string(out, kind.as_bytes());
    }
    write_number(out, "timestamp", start / NANOS_PER_MICRO);
    write_number(out, "duration", (end.saturating_sub(start) / NANOS_PER_MICRO).max(1));
    endpoint::write_local(out, tags.service());
    if matches!(kind, CLIENT | PRODUCER) {
        endpoint::write_remote(out, &tags.span);
    }
    tags.write(out, span);
    out.push(b'}');
}

fn write_id(out: &mut Vec<u8>, key: &str, id: &[u8]) {
    json::key(out, key.as_bytes());
    out.push(b'"');
    json::hex(out, id);
    out.push(b'"');
}

/// A name by which traces are looked up. Without one there is no member.
fn write_label(out: &mut Vec<u8>, key: &str, label: &[u8]) {
    if label.is_empty() {
        return;
    }
    json::key(out, key.as_bytes());
    let start = out.len();
    json::string(out, label);
    out.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
}

/// A number, of which 0 is none.
fn write_number(out: &mut Vec<u8>, key: &str, number: u64) {
    if number > 0 {
        json::key(out, key.as_bytes());
        json::unsigned(out, number);
    }
}

#[cfg(test)]
mod tests;
