//! HTTP spans (stable conventions): names and attributes.

use std::borrow::Cow;

use super::network::{default_port, first_forwarded, host_and_port, protocol_version};
use super::{names, network};
use crate::otlp::attributes::AttributeWriter;
use crate::redact::{Redaction, split_once};
use crate::request_head::RequestHead;
use crate::span::{Exchange, SpanKind, Target};

/// Methods that appear in span names and `http.request.method`; any other is `_OTHER`.
const KNOWN_METHODS: [&str; 10] =
    ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY"];

/// The known method, compared case-sensitively.
fn known_method(method: &[u8]) -> Option<&'static str> {
    KNOWN_METHODS.iter().find(|known| known.as_bytes() == method).copied()
}

/// Span name: the method, or `HTTP` for an unknown one, and the template of the path if there is one.
pub fn span_name(head: &RequestHead, template: Option<&str>) -> Cow<'static, str> {
    let method = head.method().and_then(known_method).unwrap_or("HTTP");
    match template {
        Some(template) => Cow::Owned([method, " ", template].concat()),
        None => Cow::Borrowed(method),
    }
}

/// Writes the attributes of an HTTP span.
pub fn write_attributes(
    out: &mut AttributeWriter<'_>,
    kind: SpanKind,
    head: &RequestHead,
    exchange: &Exchange<'_>,
    target: &Target<'_>,
    redaction: &Redaction,
) {
    let method = head.method().unwrap_or_default();
    match known_method(method) {
        Some(known) => out.string(names::HTTP_REQUEST_METHOD, known.as_bytes()),
        None => {
            out.string(names::HTTP_REQUEST_METHOD, names::OTHER.as_bytes());
            out.string(names::HTTP_REQUEST_METHOD_ORIGINAL, method);
        }
    }
    match kind {
        SpanKind::Server => write_server_url(out, head, exchange, target, redaction),
        SpanKind::Client => write_full_url(out, head, target),
    }
    write_server_address(out, head);
    write_peer(out, exchange.peer);
    if let Some(version) = exchange.protocol.and_then(protocol_version) {
        out.string(names::NETWORK_PROTOCOL_VERSION, version);
    }
    if let Some(code) = exchange.status_code {
        out.int(names::HTTP_RESPONSE_STATUS_CODE, code.into());
    }
}

fn write_server_url(
    out: &mut AttributeWriter<'_>,
    head: &RequestHead,
    exchange: &Exchange<'_>,
    target: &Target<'_>,
    redaction: &Redaction,
) {
    out.string(names::URL_PATH, &target.path);
    if let Some(query) = &target.query {
        out.string(names::URL_QUERY, query);
    }
    if let Some(template) = &target.template {
        out.string(names::HTTP_ROUTE, template.as_bytes());
    }
    out.string(names::URL_SCHEME, head.scheme().unwrap_or(b"http"));
    let forwarded = head.forwarded_for().map(|list| redaction.header("x-forwarded-for", list));
    let peer_host = || exchange.peer.map(|peer| host_and_port(peer).0);
    if let Some(client) = forwarded.and_then(first_forwarded).or_else(peer_host) {
        out.string(names::CLIENT_ADDRESS, client);
    }
    if let Some(user_agent) = head.user_agent() {
        out.string(names::USER_AGENT_ORIGINAL, redaction.header("user-agent", user_agent));
    }
}

fn write_full_url(out: &mut AttributeWriter<'_>, head: &RequestHead, target: &Target<'_>) {
    let authority = head.authority().unwrap_or_default();
    let Target { path, query, template } = target;
    let (user, host) = match authority.iter().rposition(|&b| b == b'@') {
        Some(at) => (b"REDACTED:REDACTED".as_slice(), authority.get(at..).unwrap_or_default()),
        None => (b"".as_slice(), authority),
    };
    let scheme = head.scheme().unwrap_or(b"http");
    let (mark, query) = query.as_deref().map_or((b"".as_slice(), b"".as_slice()), |it| (b"?", it));
    out.joined(names::URL_FULL, &[scheme, b"://", user, host, path, mark, query]);
    if let Some(template) = template {
        out.string(names::URL_TEMPLATE, template.as_bytes());
    }
}

/// Writes `server.address` and `server.port` from the authority.
pub(super) fn write_server_address(out: &mut AttributeWriter<'_>, head: &RequestHead) {
    let Some(authority) = head.authority() else { return };
    let (host, port) = host_and_port(authority);
    out.string(names::SERVER_ADDRESS, host);
    if let Some(port) = port.or_else(|| default_port(head.scheme()?)) {
        out.int(names::SERVER_PORT, port.into());
    }
}

/// Writes `network.peer.address` and `network.peer.port`.
pub(super) fn write_peer(out: &mut AttributeWriter<'_>, peer: Option<&[u8]>) {
    let Some((address, port)) = peer.and_then(network::peer) else { return };
    out.string(names::NETWORK_PEER_ADDRESS, address);
    if let Some(port) = port {
        out.int(names::NETWORK_PEER_PORT, port.into());
    }
}

/// The path, and the query behind its question mark.
pub fn path_and_query(head: &RequestHead) -> (&[u8], Option<&[u8]>) {
    let path = head.path().unwrap_or_default();
    split_once(path, b'?').map_or((path, None), |(path, query)| (path, Some(query)))
}
