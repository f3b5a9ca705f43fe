//! What a request asks to be added to its answer.

use std::io;

use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::{BodyExt, BodyStream, StreamBody};

use crate::server::Body;

/// Fields that are not echoed: they frame a message, or are the test's own wishes.
const NOT_ECHOED: [&str; 7] =
    ["connection", "content-length", "content-type", "host", "te", "trailer", "transfer-encoding"];

/// Adds the fields and trailers that `request` asks for. A malformed wish panics the request's
/// task, which closes the connection: the test made a mistake.
pub(super) fn add(request: &HeaderMap, mut response: Response<Body>) -> Response<Body> {
    for (name, value) in wishes(request, "x-upstream-header").chain(echoed(request, "headers")) {
        response.headers_mut().append(name, value);
    }
    let mut trailers = HeaderMap::new();
    for (name, value) in wishes(request, "x-upstream-trailer").chain(echoed(request, "trailers")) {
        // HTTP/1 sends only those that are announced.
        response.headers_mut().append("trailer", name.clone().into());
        trailers.append(name, value);
    }
    if trailers.is_empty() {
        return response;
    }
    // A stream's length is not known: HTTP/1 has trailers only after chunks.
    response.map(|body| {
        let body = body.with_trailers(async { Some(Ok::<_, io::Error>(trailers)) });
        StreamBody::new(BodyStream::new(body)).boxed_unsync()
    })
}

/// The request's own fields, where it wants them back in this part of the answer.
fn echoed(request: &HeaderMap, part: &str) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let is_wanted = request.get_all("x-upstream-echo").iter().any(|wish| wish == part);
    let is_echoed = |name: &HeaderName| {
        !NOT_ECHOED.contains(&name.as_str()) && !name.as_str().starts_with("x-upstream")
    };
    let fields = request.iter().filter(move |(name, _)| is_wanted && is_echoed(name));
    fields.map(|(name, value)| (name.clone(), value.clone()))
}

/// The pairs of the fields `wish: name: value`.
fn wishes(request: &HeaderMap, wish: &str) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    request.get_all(wish).iter().map(|pair| {
        let pair = pair.as_bytes();
        let colon = pair.iter().position(|byte| *byte == b':');
        let colon = colon.unwrap_or_else(|| panic!("no colon in {pair:?}"));
        let name = HeaderName::from_bytes(&pair[..colon]).expect("a legal name");
        let value = HeaderValue::from_bytes(pair[colon + 1..].trim_ascii()).expect("a legal value");
        (name, value)
    })
}
