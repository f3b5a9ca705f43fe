//! gRPC over HTTP/2: messages in frames of five bytes and more, and statuses in trailers.
//!
//! The messages of `google.rpc` stand here, with only those fields that are needed.

use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt, Empty, Full};
use prost::Message;

use super::protocol::GRPC;
use crate::server::Body;

/// A status of gRPC that is not OK.
#[derive(Clone, Debug, PartialEq)]
pub struct GrpcStatus {
    code: i32,
    message: String,
    /// `grpc-status-details-bin` as it is sent.
    details: Option<String>,
    is_trailers_only: bool,
}

impl GrpcStatus {
    /// A status, such as 14 (UNAVAILABLE).
    pub fn new(code: i32, message: &str) -> GrpcStatus {
        assert_ne!(code, 0, "OK is Answer::Accept");
        GrpcStatus { code, message: message.to_owned(), details: None, is_trailers_only: false }
    }

    /// Adds a `google.rpc.RetryInfo` to its details.
    pub fn retry_info(self, delay: Duration) -> GrpcStatus {
        let details = STANDARD_NO_PAD.encode(self.details_with(delay));
        self.details(&details)
    }

    /// As [`GrpcStatus::retry_info`], in base64 with padding, which some servers send.
    pub fn padded_retry_info(self, delay: Duration) -> GrpcStatus {
        let details = STANDARD.encode(self.details_with(delay));
        self.details(&details)
    }

    /// Sends these details, whatever they are.
    pub fn details(mut self, text: &str) -> GrpcStatus {
        self.details = Some(text.to_owned());
        self
    }

    /// Sends the status in the headers, as servers do that fail before their first message.
    pub fn trailers_only(mut self) -> GrpcStatus {
        self.is_trailers_only = true;
        self
    }

    fn details_with(&self, delay: Duration) -> Vec<u8> {
        let retry_delay = ProtoDuration {
            seconds: i64::try_from(delay.as_secs()).expect("a delay of fewer years"),
            nanos: i32::try_from(delay.subsec_nanos()).expect("less than a second"),
        };
        let retry_info = Any {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
            value: RetryInfo { retry_delay: Some(retry_delay) }.encode_to_vec(),
        };
        let (code, message) = (self.code, self.message.clone());
        Status { code, message, details: vec![retry_info] }.encode_to_vec()
    }
}

/// A message of a stream.
pub(super) struct Frame {
    pub is_compressed: bool,
    pub message: Bytes,
}

/// The one message of a unary call.
pub(super) fn unframe(mut body: Bytes) -> Result<Frame, String> {
    if body.len() < 5 {
        return Err(format!("{} bytes are no frame", body.len()));
    }
    let is_compressed = match body.get_u8() {
        0 => false,
        1 => true,
        flag => return Err(format!("no frame begins with {flag}")),
    };
    let (length, rest) = (body.get_u32() as usize, body.len());
    if length != rest {
        return Err(format!("a frame of {length} bytes has {rest}"));
    }
    Ok(Frame { is_compressed, message: body })
}

/// The answer OK with one message.
pub(super) fn ok(message: &[u8]) -> Response<Body> {
    let length = u32::try_from(message.len()).expect("a short message");
    let frame = [&[0], &length.to_be_bytes()[..], message].concat();
    let outcome = HeaderMap::from_iter([(
        http::HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    )]);
    with_trailers(frame.into(), outcome)
}

/// The answer that is only a status.
pub(super) fn failure(status: &GrpcStatus) -> Response<Body> {
    let mut outcome = HeaderMap::new();
    outcome.insert("grpc-status", status.code.into());
    let field = |text: &str| HeaderValue::from_str(text).expect("a legal field value");
    if !status.message.is_empty() {
        outcome.insert("grpc-message", field(&percent_encoded(&status.message)));
    }
    if let Some(details) = &status.details {
        outcome.insert("grpc-status-details-bin", field(details));
    }
    if !status.is_trailers_only {
        return with_trailers(Bytes::new(), outcome);
    }
    let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let mut response = response(body);
    response.headers_mut().extend(outcome);
    response
}

fn with_trailers(frames: Bytes, outcome: HeaderMap) -> Response<Body> {
    let body = Full::new(frames).map_err(|never| match never {});
    response(body.with_trailers(async { Some(Ok::<_, io::Error>(outcome)) }).boxed_unsync())
}

fn response(body: Body) -> Response<Body> {
    let response = Response::builder().header("content-type", GRPC).body(body);
    response.expect("a legal answer")
}

/// `grpc-message` allows printable ASCII without `%`.
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b' '..=b'~' if byte != b'%' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<ProtoDuration>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct ProtoDuration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}
