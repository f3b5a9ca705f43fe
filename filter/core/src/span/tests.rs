mod configured;

use super::*;
use crate::header_map::serialise;
use crate::ids::TraceId;
use crate::otlp::messages::{KeyValue, ScopeSpans, Span, Status};
use crate::span_context::TraceFlags;
use crate::trace_state::TraceState;
use crate::trust::Crossing;
use prost::Message;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SHOP: &[(&str, &str)] = &[
    (":method", "GET"),
    (":path", "/orders/7?page=2&sig=abc"),
    (":authority", "shop.example:8080"),
    (":scheme", "http"),
];

fn settings() -> SpanSettings {
    SpanSettings {
        redaction: Redaction::default(),
        limits: AttributeLimits { count: 128, value_length: 64, header_bytes: 8192 },
        routes: Rc::default(),
        extras: Extras::default(),
    }
}

fn head(pairs: &[(&str, &str)], more: &[(&str, &[u8])]) -> RequestHead {
    let pairs = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
    let more = more.iter().map(|(n, v)| (n.as_bytes(), *v));
    RequestHead::new(serialise(pairs.chain(more)))
}

fn exchange(status: u16) -> Exchange<'static> {
    Exchange {
        start: 1_000,
        end: 2_500,
        status_code: Some(status),
        protocol: Some(b"HTTP/1.1"),
        peer: Some(b"10.0.0.9:4711"),
        ..Exchange::default()
    }
}

/// The bytes of a span, and the message that they decode to.
fn write(
    kind: SpanKind,
    head: &RequestHead,
    exchange: Exchange<'_>,
    trace_state: &str,
) -> (Vec<u8>, Span) {
    let (bytes, span, cuts) = write_with(&settings(), kind, head, exchange, trace_state);
    assert_eq!(cuts.dropped, 0);
    (bytes, span)
}

/// As [`write`], with these settings, and what was cut.
fn write_with(
    settings: &SpanSettings,
    kind: SpanKind,
    head: &RequestHead,
    exchange: Exchange<'_>,
    trace_state: &str,
) -> (Vec<u8>, Span, Cuts) {
    write_at(Crossing::Within, settings, kind, head, exchange, trace_state)
}

/// The same of a request that crosses the boundary of the mesh.
fn write_at(
    crossing: Crossing,
    settings: &SpanSettings,
    kind: SpanKind,
    head: &RequestHead,
    exchange: Exchange<'_>,
    trace_state: &str,
) -> (Vec<u8>, Span, Cuts) {
    let context = SpanContext {
        trace_id: TraceId::from_bytes([0xaa; 16]).unwrap(),
        span_id: SpanId::from_bytes([0xbb; 8]).unwrap(),
        flags: TraceFlags::from_wire(3),
        trace_state: TraceState::parse([trace_state.as_bytes()].into_iter()).unwrap(),
    };
    let parent_span_id = SpanId::from_bytes([0xcc; 8]);
    let span = SpanData {
        kind,
        context: &context,
        parent_span_id,
        head,
        exchange,
        keep_reason: None,
        link: None,
        debug_id: None,
        crossing,
    };
    let mut out = Vec::new();
    let cuts = span.write(&mut out, settings);
    let mut decoded = ScopeSpans::decode(out.as_slice()).unwrap();
    if exchange.start > 0 {
        assert_eq!(decoded.encode_to_vec(), out, "the encoding is prost's");
    }
    let span = decoded.spans.remove(0);
    assert_eq!(span.dropped_attributes_count, cuts.dropped);
    (out, span, cuts)
}

/// What every span of [`write`] with [`exchange`] has.
fn written() -> Span {
    Span {
        trace_id: vec![0xaa; 16],
        span_id: vec![0xbb; 8],
        parent_span_id: vec![0xcc; 8],
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 2_500,
        flags: 0x303,
        ..Span::default()
    }
}

fn attribute(span: &Span, key: &str) -> Option<KeyValue> {
    span.attributes.iter().find(|attribute| attribute.key == key).cloned()
}

fn strings(pairs: &[(&str, &str)]) -> Vec<KeyValue> {
    pairs.iter().map(|(key, value)| KeyValue::string(*key, *value)).collect()
}

/// What prost writes for the same span must be the same bytes.
#[track_caller]
fn equals_prost(written: &[u8], expected: Span) {
    let expected = ScopeSpans { spans: vec![expected], ..ScopeSpans::default() };
    assert_eq!(ScopeSpans::decode(written), Ok(expected.clone()));
    assert_eq!(written, expected.encode_to_vec());
}

#[test]
fn a_server_span_has_every_attribute_of_the_conventions_and_equals_prost() {
    let more: &[(&str, &[u8])] =
        &[("x-forwarded-for", b"203.0.113.7, 10.0.0.1"), ("user-agent", b"curl/8")];
    let (bytes, _) = write(SpanKind::Server, &head(SHOP, more), exchange(503), "a=1");
    let mut attributes = strings(&[
        ("http.request.method", "GET"),
        ("url.path", "/orders/7"),
        ("url.query", "page=2&sig=REDACTED"),
        ("url.scheme", "http"),
        ("client.address", "203.0.113.7"),
        ("user_agent.original", "curl/8"),
        ("server.address", "shop.example"),
    ]);
    attributes.push(KeyValue::int("server.port", 8080));
    attributes.push(KeyValue::string("network.peer.address", "10.0.0.9"));
    attributes.push(KeyValue::int("network.peer.port", 4711));
    attributes.push(KeyValue::string("network.protocol.version", "1.1"));
    attributes.push(KeyValue::int("http.response.status_code", 503));
    attributes.push(KeyValue::string("error.type", "503"));
    let expected = Span {
        trace_state: "a=1".into(),
        name: "GET".into(),
        kind: 2,
        attributes,
        status: Some(Status { code: 2 }),
        ..written()
    };
    equals_prost(&bytes, expected);
}

#[test]
fn a_client_span_has_the_full_url_and_equals_prost() {
    let (bytes, _) = write(SpanKind::Client, &head(SHOP, &[]), exchange(200), "");
    let attributes = vec![
        KeyValue::string("http.request.method", "GET"),
        KeyValue::string("url.full", "http://shop.example:8080/orders/7?page=2&sig=REDACTED"),
        KeyValue::string("server.address", "shop.example"),
        KeyValue::int("server.port", 8080),
        KeyValue::string("network.peer.address", "10.0.0.9"),
        KeyValue::int("network.peer.port", 4711),
        KeyValue::string("network.protocol.version", "1.1"),
        KeyValue::int("http.response.status_code", 200),
    ];
    let expected = Span { name: "GET".into(), kind: 3, attributes, ..written() };
    equals_prost(&bytes, expected);
}

#[test]
fn a_grpc_span_follows_the_rpc_conventions_and_equals_prost() {
    let call = head(
        &[
            (":method", "POST"),
            (":path", "/shop.Cart/Add"),
            (":authority", "cart.shop"),
            (":scheme", "http"),
            ("content-type", "application/grpc"),
        ],
        &[],
    );
    let ended = Exchange { grpc_status: Some(14), peer: None, protocol: None, ..exchange(200) };
    let (bytes, _) = write(SpanKind::Server, &call, ended, "");
    let attributes = vec![
        KeyValue::string("rpc.system.name", "grpc"),
        KeyValue::string("rpc.method", "shop.Cart/Add"),
        KeyValue::string("server.address", "cart.shop"),
        KeyValue::int("server.port", 80),
        KeyValue::string("rpc.response.status_code", "UNAVAILABLE"),
        KeyValue::string("error.type", "UNAVAILABLE"),
    ];
    let expected = Span {
        name: "shop.Cart/Add".into(),
        kind: 2,
        attributes,
        status: Some(Status { code: 2 }),
        ..written()
    };
    equals_prost(&bytes, expected);
}

#[test]
fn a_method_outside_the_known_ones_is_other() {
    for (method, name, known) in [
        ("GET", "GET", true),
        ("get", "HTTP", false),
        ("PURGE", "HTTP", false),
        ("", "HTTP", false),
    ] {
        let (_, span) =
            write(SpanKind::Server, &head(&[(":method", method)], &[]), exchange(200), "");
        assert_eq!(span.name, name);
        let original = (!known).then(|| KeyValue::string("http.request.method_original", method));
        assert_eq!(attribute(&span, "http.request.method_original"), original, "{method}");
        let expected = if known { method } else { "_OTHER" };
        let expected = Some(KeyValue::string("http.request.method", expected));
        assert_eq!(attribute(&span, "http.request.method"), expected, "{method}");
    }
}

#[test]
fn without_a_forwarded_list_the_peer_is_the_client() {
    let (_, span) = write(SpanKind::Server, &head(SHOP, &[]), exchange(200), "");
    let expected = Some(KeyValue::string("client.address", "10.0.0.9"));
    assert_eq!(attribute(&span, "client.address"), expected);
}

#[test]
fn user_information_never_leaves() {
    let pairs = [(":method", "GET"), (":authority", "me:pw@shop.example"), (":path", "/")];
    let (bytes, span) = write(SpanKind::Client, &head(&pairs, &[]), exchange(200), "");
    let expected = KeyValue::string("url.full", "http://REDACTED:REDACTED@shop.example/");
    assert_eq!(attribute(&span, "url.full"), Some(expected));
    assert!(!bytes.windows(5).any(|window| window == b"me:pw"));
}

#[test]
fn hostile_bytes_become_valid_limited_text() {
    let agent = [b"\xff\xfe".as_slice(), &[b'a'; 100]].concat();
    let (_, span) =
        write(SpanKind::Server, &head(SHOP, &[("user-agent", &agent)]), exchange(200), "");
    let expected = format!("\u{fffd}\u{fffd}{}", "a".repeat(62));
    assert_eq!(
        attribute(&span, "user_agent.original"),
        Some(KeyValue::string("user_agent.original", expected))
    );
}

#[test]
fn a_request_without_any_header_still_makes_a_span() {
    let (_, span) = write(SpanKind::Client, &RequestHead::default(), Exchange::default(), "");
    assert_eq!((span.name.as_str(), span.status.clone()), ("HTTP", Some(Status { code: 2 })));
    let expected = Some(KeyValue::string("error.type", "no_response"));
    assert_eq!(attribute(&span, "error.type"), expected);
}

#[test]
fn a_clock_set_back_makes_no_negative_duration() {
    let backwards = Exchange { start: 5_000, end: 4_000, ..exchange(200) };
    let (_, span) = write(SpanKind::Server, &head(SHOP, &[]), backwards, "");
    assert_eq!((span.start_time_unix_nano, span.end_time_unix_nano), (5_000, 5_000));
}
