//! Endpoints: the service that a span is of, and the one that it calls.

use core::net::IpAddr;

use super::tags::Attribute;
use super::{write_label, write_number};
use crate::encoding::json;

/// What OpenTelemetry calls a service without a name.
const UNKNOWN_SERVICE: &[u8] = b"unknown_service";

/// What may name the called side, the best first, and where its port stands: the ranking of
/// OpenTelemetry's mapping.
const REMOTE: [(&str, &str); 11] = [
    ("peer.service", ""),
    ("server.address", "server.port"),
    ("net.peer.name", ""),
    ("network.peer.address", "network.peer.port"),
    ("server.socket.domain", ""),
    ("server.socket.address", "server.socket.port"),
    ("net.sock.peer.name", ""),
    ("net.sock.peer.addr", "net.sock.peer.port"),
    ("peer.hostname", ""),
    ("peer.address", ""),
    ("db.name", ""),
];

/// The endpoint of the proxied workload.
pub(super) fn write_local(out: &mut Vec<u8>, service: &[u8]) {
    let service = if service.is_empty() { UNKNOWN_SERVICE } else { service };
    json::key(out, b"localEndpoint");
    out.push(b'{');
    write_label(out, "serviceName", service);
    out.push(b'}');
}

/// The endpoint that was called, if any attribute tells it.
pub(super) fn write_remote(out: &mut Vec<u8>, attributes: &[Attribute<'_>]) {
    let find = |key: &str| attributes.iter().find(|attribute| attribute.key == key.as_bytes());
    for (name, port) in REMOTE {
        let Some(text) = find(name).map(Attribute::text).filter(|text| !text.is_empty()) else {
            continue;
        };
        let port = find(port).map_or(0, Attribute::integer);
        json::key(out, b"remoteEndpoint");
        out.push(b'{');
        // Receivers refuse what is no address there.
        let key = match str::from_utf8(text).ok().and_then(|text| text.parse().ok()) {
            Some(IpAddr::V4(_)) => "ipv4",
            Some(IpAddr::V6(_)) => "ipv6",
            None => "serviceName",
        };
        write_label(out, key, text);
        if port <= u16::MAX.into() {
            write_number(out, "port", port);
        }
        out.push(b'}');
        return;
    }
}
