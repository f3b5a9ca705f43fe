//! The body of an export: protobuf or JSON, gzipped or not, as its first bytes tell.

use std::borrow::Cow;
use std::io::{self, Read as _};

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use serde_json::Value;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// The body without its compression.
pub fn plain(body: &[u8]) -> io::Result<Cow<'_, [u8]>> {
    if !body.starts_with(GZIP_MAGIC) {
        return Ok(Cow::Borrowed(body));
    }
    let mut plain = Vec::new();
    GzDecoder::new(body).read_to_end(&mut plain)?;
    Ok(Cow::Owned(plain))
}

/// Whether an uncompressed body is JSON; no protobuf of a request begins so.
pub fn is_json(body: &[u8]) -> bool {
    body.starts_with(b"{")
}

/// Whether an uncompressed body is a list of Zipkin's spans.
pub fn is_zipkin(body: &[u8]) -> bool {
    body.starts_with(b"[")
}

/// The spans of such a body.
pub fn decode_zipkin(body: &[u8]) -> io::Result<Vec<Value>> {
    serde_json::from_slice(body).map_err(io::Error::other)
}

/// The whole of an export.
pub fn decode(body: &[u8]) -> io::Result<ExportTraceServiceRequest> {
    let body = plain(body)?;
    match is_json(&body) {
        true => serde_json::from_slice(&body).map_err(io::Error::other),
        false => ExportTraceServiceRequest::decode(body.as_ref()).map_err(io::Error::other),
    }
}
