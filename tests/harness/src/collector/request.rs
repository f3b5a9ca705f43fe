//! A request as the collector saw it.

use std::fmt;
use std::time::Instant;

use bytes::Bytes;
use http::Version;
use http::request::Parts;

use super::{Answer, Export, Protocol, ReceivedSpan, SpanKey, ZipkinSpan};
use crate::upstream::ordered;

/// One export request.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// What it speaks; `None` when that is not known.
    pub protocol: Option<Protocol>,
    /// HTTP/1.1 or HTTP/2.
    pub version: Version,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// `:authority` or `host`.
    pub authority: String,
    /// The fields (gRPC: the metadata); equal names stay in order and apart.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The compression that it names, in `content-encoding` or `grpc-encoding`.
    pub encoding: Option<String>,
    /// The length of the body as it came: compressed, and with the frame of gRPC.
    pub body_length: usize,
    /// The length of the message, without compression and frame; 0 when it was not read.
    pub decoded_length: usize,
    /// The message, without compression and frame; empty when it was not read.
    pub message: Bytes,
    /// When the body was complete.
    pub arrived: Instant,
    /// The decoded body, or why there is none.
    pub export: Result<Export, String>,
    /// The answer it gets: the scripted one, or what any collector says to a bad request.
    pub answer: Answer,
    /// What the client can know by now.
    pub outcome: Outcome,
}

/// What became of the spans of a request, as far as its client can know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// An answer says that they were taken.
    Accepted {
        /// How many were not; the answer does not say which.
        rejected: u64,
    },
    /// An answer says that they were not taken.
    Refused,
    /// There was no answer, or none yet: the client went away or was cut off first.
    Unanswered,
}

impl ExportRequest {
    /// A request of which only the head is there.
    pub(super) fn of_head(head: &Parts) -> ExportRequest {
        let headers = ordered(&head.headers);
        let field = |name: &str| {
            let text =
                |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
            head.headers.get(name).map(text)
        };
        let authority = head.uri.authority().map(ToString::to_string);
        ExportRequest {
            protocol: None,
            version: head.version,
            method: head.method.to_string(),
            path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            authority: authority.or_else(|| field("host")).unwrap_or_default(),
            encoding: field("content-encoding").or_else(|| field("grpc-encoding")),
            headers,
            body_length: 0,
            decoded_length: 0,
            message: Bytes::new(),
            arrived: Instant::now(),
            export: Err("not read".to_owned()),
            answer: Answer::Hang,
            outcome: Outcome::Unanswered,
        }
    }

    /// The first field of this name (lower case), as text.
    pub fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().find(|(field, _)| field == name)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// Whether the spans were taken, all or some.
    pub fn accepted(&self) -> bool {
        matches!(self.outcome, Outcome::Accepted { .. })
    }

    /// How many spans are in it, accepted or not.
    pub fn span_count(&self) -> usize {
        match &self.export {
            Ok(Export::Otlp(export)) => {
                let scopes =
                    export.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
                scopes.map(|scope| scope.spans.len()).sum()
            }
            Ok(Export::Zipkin(spans)) => spans.len(),
            Err(_) => 0,
        }
    }

    /// The spans of OTLP in it, accepted or not.
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        match &self.export {
            Ok(Export::Otlp(export)) => ReceivedSpan::all_of(export),
            _ => Vec::new(),
        }
    }

    /// The spans of Zipkin in it, accepted or not.
    pub fn zipkin_spans(&self) -> &[ZipkinSpan] {
        match &self.export {
            Ok(Export::Zipkin(spans)) => spans,
            _ => &[],
        }
    }

    /// What tells its spans from others, whatever the protocol.
    pub fn span_keys(&self) -> Vec<SpanKey> {
        let otlp = self.spans();
        let otlp = otlp.iter().map(|span| SpanKey::new(span.trace_id(), span.span_id()));
        let zipkin = self.zipkin_spans().iter();
        let zipkin = zipkin.map(|span| SpanKey::new(span.trace_id.clone(), span.id.clone()));
        otlp.chain(zipkin).collect()
    }
}

impl fmt::Display for ExportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes) ", self.method, self.path, self.body_length)?;
        match &self.export {
            Ok(Export::Otlp(_)) => {
                let spans = self.spans();
                let names: Vec<&str> = spans.iter().take(8).map(ReceivedSpan::name).collect();
                write!(f, "{} spans, first {names:?}", spans.len())?;
            }
            Ok(Export::Zipkin(spans)) => {
                let names: Vec<_> = spans.iter().take(8).map(|span| &span.name).collect();
                write!(f, "{} spans of Zipkin, first {names:?}", spans.len())?;
            }
            Err(error) => write!(f, "not decodable: {error}")?,
        }
        write!(f, " -> {:?}: {:?}", self.answer, self.outcome)
    }
}
