//! Addresses, ports and protocol versions out of what Envoy reports.

use crate::redact::split_once;
use crate::trace_state::trim_ows;

/// Splits `host`, `host:port`, `[v6]` or `[v6]:port` (RFC 3986, 3.2) into the host without
/// brackets and the port. User information before an `@` is left out. A port that is no number
/// from 1 to 65535 is none.
pub fn host_and_port(authority: &[u8]) -> (&[u8], Option<u16>) {
    let authority = authority.rsplit(|&b| b == b'@').next().unwrap_or(authority);
    if let Some(rest) = authority.strip_prefix(b"[")
        && let Some((host, rest)) = split_once(rest, b']')
    {
        return (host, rest.strip_prefix(b":").and_then(port));
    }
    match split_once(authority, b':') {
        // More than one colon without brackets: a bare IPv6 address.
        Some((_, rest)) if rest.contains(&b':') => (authority, None),
        Some((host, rest)) => (host, port(rest)),
        None => (authority, None),
    }
}

/// Address and port of a transport peer. Where Envoy took the caller's address from
/// `x-forwarded-for`, it reports port 0: that is no peer.
pub fn peer(peer: &[u8]) -> Option<(&[u8], Option<u16>)> {
    if peer.is_empty() || is_forwarded(peer) { None } else { Some(host_and_port(peer)) }
}

/// Whether an address that Envoy reports came from `x-forwarded-for`.
pub fn is_forwarded(peer: &[u8]) -> bool {
    peer.ends_with(b":0")
}

/// The port that a URL scheme implies.
pub fn default_port(scheme: &[u8]) -> Option<u16> {
    match scheme {
        b"http" => Some(80),
        b"https" => Some(443),
        _ => None,
    }
}

/// `network.protocol.version` out of Envoy's `HTTP/1.1` and the like.
pub fn protocol_version(protocol: &[u8]) -> Option<&[u8]> {
    protocol.strip_prefix(b"HTTP/").filter(|version| !version.is_empty())
}

/// The client nearest to the origin in an `x-forwarded-for` list: its first entry.
pub fn first_forwarded(forwarded_for: &[u8]) -> Option<&[u8]> {
    let first = trim_ows(forwarded_for.split(|&b| b == b',').next()?);
    let (host, _) = host_and_port(first);
    (!host.is_empty()).then_some(host)
}

fn port(digits: &[u8]) -> Option<u16> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(digits).ok()?.parse().ok().filter(|&port| port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn splits_authorities() {
        let cases: [(&str, &str, Option<u16>, &str); 11] = [
            ("shop.example", "shop.example", None, "a name"),
            ("shop.example:8080", "shop.example", Some(8080), "a name and a port"),
            ("10.0.0.1:80", "10.0.0.1", Some(80), "an address"),
            ("[::1]:443", "::1", Some(443), "IPv6 with a port"),
            ("[::1]", "::1", None, "IPv6 alone"),
            ("::1", "::1", None, "IPv6 without brackets"),
            ("user:secret@shop.example:1", "shop.example", Some(1), "user information goes"),
            ("shop.example:", "shop.example", None, "an empty port"),
            ("shop.example:99999", "shop.example", None, "no 16-bit number"),
            ("shop.example:+80", "shop.example", None, "a sign is no digit"),
            ("", "", None, "empty"),
        ];
        for (authority, host, port, why) in cases {
            assert_eq!(host_and_port(authority.as_bytes()), (host.as_bytes(), port), "{why}");
        }
    }

    #[test]
    fn a_peer_without_a_port_of_its_own_is_none() {
        let cases = [
            ("10.0.0.1:4711", Some(("10.0.0.1", Some(4711)))),
            ("[::1]:4711", Some(("::1", Some(4711)))),
            ("/run/envoy.sock", Some(("/run/envoy.sock", None))),
            ("203.0.113.7:0", None),
            ("", None),
        ];
        for (address, expected) in cases {
            let expected = expected.map(|(host, port)| (host.as_bytes(), port));
            assert_eq!(peer(address.as_bytes()), expected, "{address}");
        }
    }

    #[test]
    fn the_first_forwarded_entry_is_the_client() {
        let cases: [(&str, Option<&str>); 5] = [
            ("203.0.113.7, 10.0.0.1", Some("203.0.113.7")),
            (" 203.0.113.7:4711", Some("203.0.113.7")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            (", 10.0.0.1", None),
        ];
        for (list, expected) in cases {
            assert_eq!(first_forwarded(list.as_bytes()), expected.map(str::as_bytes), "{list}");
        }
    }
}
