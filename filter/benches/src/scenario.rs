//! Requests as Envoy hands them over.

use spanmesh_core::header_map::serialise;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::span::{Exchange, SpanData, SpanKind};
use spanmesh_core::tracer::Hop;
use spanmesh_core::trust::Crossing;

/// One kind of request: its headers, and how it ended.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Name in reports.
    pub name: &'static str,
    /// Side of the exchange.
    pub kind: SpanKind,
    /// Headers in the order in which Envoy lists them.
    pub headers: &'static [(&'static str, &'static str)],
    /// How it ended.
    pub exchange: Exchange<'static>,
}

/// A browser's request through a gateway to the workload behind this proxy.
pub const SERVER: Scenario = Scenario {
    name: "server",
    kind: SpanKind::Server,
    headers: &[
        (":authority", "shop.example.com"),
        (":path", "/api/v1/orders/4711/items?page=2&per_page=50&sort=created_at"),
        (":method", "GET"),
        (":scheme", "https"),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/138.0.0.0 Safari/537.36",
        ),
        ("accept", "application/json, text/plain, */*"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", "en-GB,en;q=0.9,de;q=0.8"),
        ("cookie", "session=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.dummy; consent=all; ab=7"),
        ("referer", "https://shop.example.com/orders"),
        ("x-forwarded-for", "203.0.113.7, 10.244.1.9"),
        ("x-forwarded-proto", "https"),
        ("x-envoy-internal", "true"),
        ("x-envoy-attempt-count", "1"),
        ("x-request-id", "9f1c2a52-6f0d-9d0a-8a6b-3c1f0e6d7b11"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"),
        ("tracestate", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"),
    ],
    exchange: exchange("HTTP/1.1", "10.244.1.9:51234"),
};

/// The workload's own request to the next service, which joins no trace.
pub const CLIENT: Scenario = Scenario {
    name: "client",
    kind: SpanKind::Client,
    headers: &[
        (":authority", "inventory.shop.svc.cluster.local:8080"),
        (":path", "/stock?sku=A-1000&sku=B-2000&sig=0123456789abcdef"),
        (":method", "POST"),
        (":scheme", "http"),
        ("user-agent", "Go-http-client/1.1"),
        ("content-length", "348"),
        ("content-type", "application/json"),
        ("accept-encoding", "gzip"),
        ("x-forwarded-proto", "http"),
        ("x-request-id", "0b5a3d0e-8b9a-9b57-b4b4-1d8b4a1f2c33"),
    ],
    exchange: exchange("HTTP/1.1", "10.244.2.17:8080"),
};

/// A gRPC call to the workload behind this proxy.
pub const GRPC: Scenario = Scenario {
    name: "grpc",
    kind: SpanKind::Server,
    headers: &[
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/shop.cart.v1.CartService/AddItem"),
        (":authority", "cart.shop.svc.cluster.local:50051"),
        ("content-type", "application/grpc"),
        ("user-agent", "grpc-go/1.74.2"),
        ("te", "trailers"),
        ("grpc-timeout", "999m"),
        ("grpc-accept-encoding", "gzip"),
        ("x-forwarded-proto", "http"),
        ("x-request-id", "5d2f7c1b-3b0c-9a41-8f5e-77d1a0c9e2b4"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ],
    exchange: Exchange { grpc_status: Some(0), ..exchange("HTTP/2", "10.244.3.4:40022") },
};

/// All of them.
pub const SCENARIOS: [Scenario; 3] = [SERVER, CLIENT, GRPC];

const fn exchange(protocol: &'static str, peer: &'static str) -> Exchange<'static> {
    Exchange {
        start: 1_760_000_000_000_000_000,
        end: 1_760_000_000_012_345_678,
        status_code: Some(200),
        grpc_status: None,
        response_flags: 0,
        protocol: Some(protocol.as_bytes()),
        peer: Some(peer.as_bytes()),
        response_headers: None,
    }
}

// === impl Scenario ===

impl Scenario {
    /// The serialised header list, as the host hands it over.
    pub fn buffer(&self) -> Vec<u8> {
        serialise(self.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
    }

    /// The list, parsed.
    pub fn head(&self) -> RequestHead {
        RequestHead::new(self.buffer())
    }

    /// The span of this request when it was placed at `hop`.
    pub fn span<'a>(&self, head: &'a RequestHead, hop: &'a Hop) -> SpanData<'a> {
        let (context, parent_span_id) = (&hop.context, hop.parent_span_id);
        SpanData {
            kind: self.kind,
            context,
            parent_span_id,
            head,
            exchange: self.exchange,
            keep_reason: None,
            link: None,
            debug_id: None,
            crossing: Crossing::Within,
        }
    }
}
