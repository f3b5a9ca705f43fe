//! Calls from one service to others, through the outbound listener of its Envoy.

use std::net::SocketAddr;

use http::Method;
use http::header::{HeaderMap, HeaderName};

use super::server::Answer;
use crate::client::exchange;

/// The header fields that carry a trace. Copying them from the request that is answered to the
/// calls that are made for it is everything that a service must do.
const TRACE_HEADERS: [&str; 2] = ["traceparent", "tracestate"];

/// The other services, as one request sees them.
pub struct Mesh {
    outbound: SocketAddr,
    carried: HeaderMap,
}

impl Mesh {
    /// Calls made while the request with `headers` is answered.
    pub fn on_behalf_of(outbound: SocketAddr, headers: &HeaderMap) -> Self {
        let mut carried = HeaderMap::new();
        for name in TRACE_HEADERS {
            for value in headers.get_all(name) {
                carried.append(HeaderName::from_static(name), value.clone());
            }
        }
        Self { outbound, carried }
    }

    /// Calls `authority`, for example `cart.shop`. An answer of any status is an answer; what
    /// prevents one is 502.
    pub async fn call(&self, method: Method, authority: &'static str, target: &str) -> Answer {
        match exchange(self.outbound, method, authority, target, self.carried.clone()).await {
            Ok((status, body)) => Answer { status, body },
            Err(error) => Answer::bad_gateway(format!("{authority}: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn carries_the_trace_headers_and_nothing_else() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("tracestate", "a=1"),
            ("tracestate", "b=2"),
            ("cookie", "secret"),
            ("x-request-id", "7"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let mesh = Mesh::on_behalf_of(SocketAddr::from(([127, 0, 0, 1], 1)), &headers);
        let carried: Vec<_> =
            mesh.carried.iter().map(|(n, v)| (n.as_str(), v.as_bytes())).collect();
        assert_eq!(
            carried,
            [
                ("traceparent", &b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"[..]),
                ("tracestate", b"a=1"),
                ("tracestate", b"b=2"),
            ]
        );
    }
}
