//! gRPC spans (RPC conventions, release candidate since 1.39): names and attributes.

use std::borrow::Cow;

use super::http::{write_peer, write_server_address};
use super::names;
use crate::otlp::attributes::AttributeWriter;
use crate::redact::split_once;
use crate::request_head::RequestHead;
use crate::span::{Exchange, SpanKind, Target};

/// Names of the gRPC status codes 0 to 16.
const STATUS_NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Span name and `rpc.method`: `package.Service/Method` out of `/package.Service/Method`.
/// `None` when the path has another form.
pub fn method(head: &RequestHead) -> Option<&[u8]> {
    let name = head.path()?.strip_prefix(b"/")?;
    let slash = name.iter().position(|&b| b == b'/')?;
    let well_formed =
        slash > 0 && slash + 1 < name.len() && name.iter().filter(|&&b| b == b'/').count() == 1;
    (well_formed && !name.contains(&b'?')).then_some(name)
}

/// `package.Service` and method of a gRPC request. `None` when it is none, or its path has another
/// form.
pub fn service_and_method(head: &RequestHead) -> Option<(&[u8], &[u8])> {
    split_once(method(head).filter(|_| head.is_grpc())?, b'/')
}

/// Span name of a gRPC call with this method.
pub fn span_name(method: Option<&[u8]>) -> &[u8] {
    method.unwrap_or(b"grpc")
}

/// As [`method`], without secrets.
pub fn clean_method<'a>(head: &RequestHead, target: &'a Target<'_>) -> Option<&'a [u8]> {
    method(head).and_then(|_| target.path.strip_prefix(b"/"))
}

/// Writes the attributes of a gRPC span. `method` is that of [`clean_method`].
pub fn write_attributes(
    out: &mut AttributeWriter<'_>,
    head: &RequestHead,
    exchange: &Exchange<'_>,
    target: &Target<'_>,
    method: Option<&[u8]>,
) {
    out.string(names::RPC_SYSTEM_NAME, b"grpc");
    match method {
        Some(method) => out.string(names::RPC_METHOD, method),
        None => {
            out.string(names::RPC_METHOD, names::OTHER.as_bytes());
            let mut original = target.path.to_vec();
            if let Some(query) = &target.query {
                original.push(b'?');
                original.extend_from_slice(query);
            }
            out.string(names::RPC_METHOD_ORIGINAL, &original);
        }
    }
    write_server_address(out, head);
    write_peer(out, exchange.peer);
    if let Some(status) = exchange.grpc_status {
        out.string(names::RPC_RESPONSE_STATUS_CODE, status_name(status).as_bytes());
    }
}

/// Name of a status code; a number outside the known ones stands as it is.
pub(super) fn status_name(status: u32) -> Cow<'static, str> {
    let known = usize::try_from(status).ok().and_then(|index| STATUS_NAMES.get(index));
    known.map_or_else(|| status.to_string().into(), |name| Cow::Borrowed(*name))
}

/// CLIENT: everything but OK. SERVER: only what is the server's fault.
pub fn is_error(kind: SpanKind, status: u32) -> bool {
    match kind {
        SpanKind::Client => status != 0,
        SpanKind::Server => matches!(status, 2 | 4 | 12 | 13 | 14 | 15 | 17..),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header_map::serialise;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_method_is_service_slash_method() {
        let cases: [(&str, Option<&str>); 7] = [
            ("/shop.Cart/Add", Some("shop.Cart/Add")),
            ("/Cart/Add", Some("Cart/Add")),
            ("/Cart", None),
            ("/Cart/", None),
            ("//Add", None),
            ("/a/b/c", None),
            ("Cart/Add", None),
        ];
        for (path, expected) in cases {
            let pairs = [(b":path".as_slice(), path.as_bytes())];
            let head = RequestHead::new(serialise(pairs));
            assert_eq!(method(&head), expected.map(str::as_bytes), "{path}");
        }
    }

    #[test]
    fn servers_are_blamed_only_for_their_own_failures() {
        let server: Vec<u32> = (0..=16).filter(|&s| is_error(SpanKind::Server, s)).collect();
        assert_eq!(server, [2, 4, 12, 13, 14, 15]);
        let client: Vec<u32> = (0..=16).filter(|&s| is_error(SpanKind::Client, s)).collect();
        assert_eq!(client, (1..=16).collect::<Vec<_>>());
        assert_eq!((status_name(5), status_name(99)), ("NOT_FOUND".into(), "99".into()));
    }
}
