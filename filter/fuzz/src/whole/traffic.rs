//! Requests and their answers.

use std::collections::HashMap;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use spanmesh_fakehost::{Exchange, Headers};

use crate::lines::pairs;

/// A request as it arrives.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Request<'a> {
    root: u8,
    /// Two bits each: method, path, host, traceparent.
    shape: u8,
    /// A bit for each of [`EXTRA`].
    extra: u8,
    direction: u8,
    /// Lines of `name: value`.
    lines: &'a [u8],
}

/// An answer.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Response<'a> {
    status: u8,
    /// A bit for each of [`ANSWERED`].
    extra: u8,
    /// Lines of `name: value`.
    lines: &'a [u8],
}

const METHODS: [&str; 4] = ["GET", "POST", "_OTHER", ""];
const PATHS: [&str; 4] =
    ["/healthz", "/orders/42?token=secret&card=4111111111111111", "/shop.Cart/Add", "/"];
const HOSTS: [&str; 4] = ["shop:80", "cart.internal", "[::1]:8080", ""];
const PARENTS: [&str; 4] = [
    "",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
];
const EXTRA: [(&str, &str); 8] = [
    ("content-type", "application/grpc"),
    ("tracestate", "ot=th:8;rv:00000000000001,dd=s:1;t.dm:-4,a=b"),
    ("baggage", "user=ann,tier=gold;p=1"),
    ("x-tenant", "acme"),
    ("x-b3-traceid", "463ac35c9f6413ad48485a3953bb6124"),
    ("x-request-id", "a0f2ba1e-3a3c-9a3c-8a3c-0a3c1a3c2a3c"),
    ("x-forwarded-for", "1.2.3.4, 10.0.0.1"),
    ("x-trace-force", "1"),
];
const STATUSES: [&str; 8] = ["200", "404", "500", "418", "503", "101", "099", "banana"];
const ANSWERED: [(&str, &str); 5] = [
    ("grpc-status", "14"),
    ("x-spanmesh-kept", "1"),
    ("server-timing", "trace;desc=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("x-kept", "7"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
];

fn extended(mut headers: Headers, chosen: &[(&str, &str)], bits: u8, lines: &[u8]) -> Headers {
    for (bit, (name, value)) in chosen.iter().enumerate() {
        if bits & (1 << bit) != 0 {
            headers.add(name.as_bytes(), value.as_bytes());
        }
    }
    for (name, value) in pairs(lines) {
        headers.add(name, value);
    }
    headers
}

// === impl Request ===

impl Request<'_> {
    /// Which of the roots it comes to.
    pub fn root(&self) -> usize {
        usize::from(self.root)
    }

    /// At this root.
    pub fn exchange(&self, root: u32) -> Exchange {
        let two = |shift: u8| usize::from((self.shape >> shift) & 3);
        let mut request = Headers::default();
        for (name, value) in [
            (":method", METHODS[two(0)]),
            (":path", PATHS[two(2)]),
            (":authority", HOSTS[two(4)]),
            ("traceparent", PARENTS[two(6)]),
        ] {
            if !value.is_empty() {
                request.add(name.as_bytes(), value.as_bytes());
            }
        }
        let request = extended(request, &EXTRA, self.extra, self.lines);
        let mut properties = HashMap::new();
        let direction = u64::from(self.direction % 4);
        properties.insert("xds\0listener_direction".to_owned(), direction.to_le_bytes().to_vec());
        Exchange { root, request, properties, ..Exchange::default() }
    }
}

// === impl Response ===

impl Response<'_> {
    /// Its headers.
    pub fn headers(&self) -> Headers {
        let mut headers = Headers::default();
        let status = STATUSES[usize::from(self.status) % STATUSES.len()];
        headers.add(b":status", status.as_bytes());
        extended(headers, &ANSWERED, self.extra, self.lines)
    }

    /// Trailers instead.
    pub fn trailers(&self) -> Headers {
        extended(Headers::default(), &ANSWERED, self.extra, self.lines)
    }
}
