//! From the body of a request to the spans in it.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use serde_json::Value;

use super::grpc::{self, Frame};
use super::zipkin::{self, ZipkinSpan};
use super::{Answer, ExportRequest, Protocol};

/// What an export request carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    /// Spans of OTLP, whatever they were encoded in.
    Otlp(ExportTraceServiceRequest),
    /// Spans of Zipkin.
    Zipkin(Vec<ZipkinSpan>),
}

/// Why a body cannot be read, and what any collector answers to it.
pub(super) struct Unreadable {
    pub reason: String,
    pub answer: Answer,
}

impl Unreadable {
    pub(super) fn new(protocol: Protocol, reason: String) -> Unreadable {
        let answer = match protocol {
            Protocol::OtlpGrpc => Answer::grpc(13, &reason),
            _ => Answer::Status(400),
        };
        Unreadable { reason, answer }
    }
}

/// The message in a body, without framing and compression.
pub(super) fn message(
    protocol: Protocol,
    request: &ExportRequest,
    body: Bytes,
) -> Result<Bytes, Unreadable> {
    let unreadable = |reason| Unreadable::new(protocol, reason);
    let (message, is_compressed) = match protocol {
        Protocol::OtlpGrpc => {
            let Frame { is_compressed, message } = grpc::unframe(body).map_err(unreadable)?;
            (message, is_compressed)
        }
        _ => (body, request.encoding.is_some()),
    };
    if !is_compressed {
        return Ok(message);
    }
    match request.encoding.as_deref() {
        Some("gzip") => gunzip(&message).map_err(|error| unreadable(format!("gzip: {error}"))),
        Some("identity") if protocol != Protocol::OtlpGrpc => Ok(message),
        encoding => {
            let reason = format!("the encoding {encoding:?} is not known");
            let answer = match protocol {
                Protocol::OtlpGrpc => Answer::grpc(12, &reason),
                _ => Answer::Status(415),
            };
            Err(Unreadable { reason, answer })
        }
    }
}

/// The spans of a message.
pub(super) fn export(protocol: Protocol, message: &[u8]) -> Result<Export, String> {
    match protocol {
        Protocol::OtlpProtobuf | Protocol::OtlpGrpc => {
            let request = ExportTraceServiceRequest::decode(message);
            request.map(Export::Otlp).map_err(|error| error.to_string())
        }
        Protocol::OtlpJson => otlp_json(message).map(Export::Otlp),
        Protocol::ZipkinJson => zipkin::parse(message).map(Export::Zipkin),
    }
}

fn gunzip(compressed: &[u8]) -> io::Result<Bytes> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(compressed).read_to_end(&mut plain)?;
    Ok(plain.into())
}

/// Stricter than receivers, who ignore keys that they do not know: here those are errors, because
/// an exporter that writes one has misspelt it.
fn otlp_json(text: &[u8]) -> Result<ExportTraceServiceRequest, String> {
    let request: ExportTraceServiceRequest =
        serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let received: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let understood = serde_json::to_value(&request).map_err(|error| error.to_string())?;
    match misfit(&received, &understood) {
        Some(misfit) => Err(format!("OTLP has no {misfit} there")),
        None => Ok(request),
    }
}

/// The first thing that was received and has no place in what was understood: an unknown key, or
/// a list in place of an object, which serde takes.
fn misfit(received: &Value, understood: &Value) -> Option<String> {
    match (received, understood) {
        (Value::Object(received), Value::Object(understood)) => {
            received.iter().find_map(|(key, value)| match understood.get(key) {
                Some(place) => misfit(value, place),
                None => Some(format!("{key:?}")),
            })
        }
        (Value::Array(received), Value::Array(understood)) => {
            let mut pairs = received.iter().zip(understood);
            pairs.find_map(|(received, understood)| misfit(received, understood))
        }
        (Value::Array(_), Value::Object(_)) => Some("list".to_owned()),
        _ => None,
    }
}
