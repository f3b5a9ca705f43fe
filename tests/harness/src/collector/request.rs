//! A request as the collector saw it.

use std::fmt;
use std::time::Instant;

use http::Version;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

use super::{Answer, ReceivedSpan};

/// One export request.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// HTTP/1.1 or HTTP/2.
    pub version: Version,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The fields; equal names stay in order and apart.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The length of the body.
    pub body_length: usize,
    /// When the body was complete.
    pub arrived: Instant,
    /// The decoded body, or why it does not decode.
    pub export: Result<ExportTraceServiceRequest, String>,
    /// The answer it gets: the scripted one, or what any collector says to a bad request.
    pub answer: Answer,
    /// Whether the spans were taken; see [`Answer`].
    pub accepted: bool,
}

impl ExportRequest {
    /// The first field of this name (lower case), as text.
    pub fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().find(|(field, _)| field == name)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// How many spans are in it, accepted or not.
    pub fn span_count(&self) -> usize {
        let resources = self.export.iter().flat_map(|export| &export.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).map(|scope| scope.spans.len()).sum()
    }

    /// The spans in it, accepted or not.
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        self.export.as_ref().map(ReceivedSpan::all_of).unwrap_or_default()
    }
}

impl fmt::Display for ExportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes) ", self.method, self.path, self.body_length)?;
        match &self.export {
            Ok(_) => {
                let spans = self.spans();
                let names: Vec<&str> = spans.iter().take(8).map(ReceivedSpan::name).collect();
                write!(f, "{} spans, first {names:?}", spans.len())?;
            }
            Err(error) => write!(f, "not decodable: {error}")?,
        }
        write!(f, " -> {:?}", self.answer)
    }
}
