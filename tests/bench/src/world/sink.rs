//! The sink: an OTLP/HTTP collector that counts spans.
//!
//! It shares a core with the load, so it must not hold that up: a large export is read in pieces
//! between requests, and spans are counted when there is no load. Then prost takes the envelope
//! apart, but leaves each span as the bytes it came in. The first export of each Envoy is kept, to
//! be decoded whole later ([`crate::check`]).

use std::io;

use prost::Message as _;
use prost::bytes::Bytes;

use super::body;
use super::tally::Tally;
use crate::net::{Connection, parse_request};

/// How the sink answers. Partial success and the like are the end-to-end tests' business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes every export.
    Accept,
    /// Answers 503.
    Refuse,
    /// Never answers.
    Hang,
}

const ACCEPTED: &[u8] = b"HTTP/1.1 200 OK\r\n\
    content-type: application/x-protobuf\r\n\
    content-length: 0\r\n\r\n";
const REFUSED: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// Exports that were accepted and not yet counted, one behind the other as they came.
pub type Uncounted = Vec<u8>;

/// Takes the exports that have arrived. Spans of refused ones are not counted.
pub fn take(
    connection: &mut Connection,
    behaviour: Behaviour,
    tally: &mut Tally,
    uncounted: &mut Uncounted,
) -> io::Result<()> {
    while let Some(message) = parse_request(connection.bytes())? {
        let length = message.length;
        if behaviour == Behaviour::Accept {
            uncounted.extend_from_slice(&connection.bytes()[..length]);
        }
        tally.exports += 1;
        connection.consume(length);
        match behaviour {
            Behaviour::Accept => connection.send(ACCEPTED)?,
            Behaviour::Refuse => connection.send(REFUSED)?,
            Behaviour::Hang => {}
        }
    }
    Ok(())
}

/// Counts what was taken, and keeps the first export.
pub fn count(
    uncounted: &mut Uncounted,
    tally: &mut Tally,
    first_export: &mut Option<Vec<u8>>,
) -> io::Result<()> {
    let mut rest = uncounted.as_slice();
    while let Some(message) = parse_request(rest)? {
        let body = message.body.joined()?;
        tally.export_bytes += body.len() as u64;
        tally.spans += count_spans(&body)?;
        first_export.get_or_insert_with(|| body.into_owned());
        rest = &rest[message.length..];
    }
    uncounted.clear();
    Ok(())
}

fn count_spans(body: &[u8]) -> io::Result<u64> {
    let body = body::plain(body)?;
    if body::is_zipkin(&body) {
        return Ok(body::decode_zipkin(&body)?.len() as u64);
    }
    if body::is_json(&body) {
        let request = body::decode(&body)?;
        let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        return Ok(scopes.map(|scope| scope.spans.len() as u64).sum());
    }
    let request = Request::decode(body.as_ref()).map_err(io::Error::other)?;
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    Ok(scopes.map(|scope| scope.spans.len() as u64).sum())
}

/// `ExportTraceServiceRequest` without what counting does not need.
#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

/// `ResourceSpans` likewise.
#[derive(Clone, PartialEq, prost::Message)]
struct ResourceSpans {
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

/// `ScopeSpans` with its spans left encoded.
#[derive(Clone, PartialEq, prost::Message)]
struct ScopeSpans {
    #[prost(bytes = "bytes", repeated, tag = "2")]
    spans: Vec<Bytes>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1 as official;

    #[test]
    fn every_span_of_every_scope_is_counted() {
        let scope = |count: usize| official::ScopeSpans {
            spans: vec![official::Span { name: "GET".to_owned(), ..Default::default() }; count],
            ..Default::default()
        };
        let resource = |scopes| official::ResourceSpans {
            scope_spans: scopes,
            schema_url: "https://opentelemetry.io/schemas/1.44.0".to_owned(),
            ..Default::default()
        };
        let resource_spans = vec![resource(vec![scope(1), scope(2)]), resource(vec![scope(4)])];
        let request = ExportTraceServiceRequest { resource_spans };
        assert_eq!(count_spans(&request.encode_to_vec()).unwrap(), 7);
        assert!(count_spans(b"\x0a\xff").is_err());
    }
}
