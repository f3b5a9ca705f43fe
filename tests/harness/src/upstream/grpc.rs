//! The upstream's gRPC answers. The request chooses with its own fields:
//!
//! - `x-grpc-status: 5` the status, else 0;
//! - `x-grpc-message: text` the message;
//! - `x-grpc-trailers-only: 1` status in the headers, without body and trailers.

use std::io;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt, Empty, Full};

use crate::server::Body;

/// Whether this is a gRPC request, by its content type.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let value = headers.get("content-type").and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value == "application/grpc" || value.starts_with("application/grpc+"))
}

pub(crate) fn answer(request: &HeaderMap) -> Response<Body> {
    let mut outcome = HeaderMap::new();
    let status = request.get("x-grpc-status").cloned();
    outcome.insert("grpc-status", status.unwrap_or(HeaderValue::from_static("0")));
    if let Some(message) = request.get("x-grpc-message") {
        outcome.insert("grpc-message", message.clone());
    }

    let mut response = Response::new(());
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    if request.contains_key("x-grpc-trailers-only") {
        response.headers_mut().extend(outcome);
        return response.map(|()| Empty::new().map_err(|never| match never {}).boxed_unsync());
    }
    // One message: not compressed, of length 0.
    let message = Full::new(Bytes::from_static(&[0; 5]));
    let trailers = async { Some(Ok::<_, io::Error>(outcome)) };
    let body = message.map_err(|never| match never {}).with_trailers(trailers);
    response.map(|()| body.boxed_unsync())
}
