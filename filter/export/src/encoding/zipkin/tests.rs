use super::*;
use prost::Message as _;
use serde_json::{Value, json};
use spanmesh_core::otlp::messages as otlp;
use spanmesh_core::otlp::messages::any_value::Value as Any;
use spanmesh_core::otlp::messages::{KeyValue, Span};
use spanmesh_core::otlp::wire::{put_bytes, put_fixed64, put_integer, put_message};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SERVER: i32 = 2;

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue::string(key, value)
}

fn span(kind: i32, attributes: Vec<KeyValue>) -> Span {
    Span {
        trace_id: (0xab << 120 | 7_u128).to_be_bytes().into(),
        span_id: 0xcd_u64.to_be_bytes().into(),
        name: "GET".into(),
        kind,
        start_time_unix_nano: 1_544_712_660_000_001_999,
        end_time_unix_nano: 1_544_712_660_300_001_999,
        attributes,
        ..Span::default()
    }
}

/// A request of one span per encoded one, from a service `cart`.
fn request(resource: Vec<KeyValue>, spans: &[&[u8]]) -> Vec<u8> {
    let mut request = Vec::new();
    put_message(&mut request, 1, |out| {
        put_bytes(out, 1, &otlp::Resource { attributes: resource }.encode_to_vec());
        put_message(out, 2, |out| {
            let scope = otlp::InstrumentationScope { name: "mesh".into(), version: "1.2".into() };
            put_bytes(out, 1, &scope.encode_to_vec());
            spans.iter().for_each(|span| put_bytes(out, 2, span));
        });
    });
    request
}

fn zipkin(request: &[u8]) -> Value {
    let mut out = b"before".to_vec();
    zipkin_json(request, &mut out);
    serde_json::from_slice(out.strip_prefix(b"before").unwrap()).unwrap()
}

/// The only span, without what all have.
fn only(span: &Span, more: &[u8]) -> Value {
    let encoded = [span.encode_to_vec(), more.to_vec()].concat();
    let mut json = zipkin(&request(vec![text("service.name", "cart")], &[&encoded]))[0].take();
    let tags = json["tags"].as_object_mut().unwrap();
    for prefix in ["otel.scope", "otel.library"] {
        assert_eq!(tags.remove(&format!("{prefix}.name")), Some(json!("mesh")));
        assert_eq!(tags.remove(&format!("{prefix}.version")), Some(json!("1.2")));
    }
    json
}

#[test]
fn a_whole_span() {
    let server = Span {
        parent_span_id: 0xef_u64.to_be_bytes().into(),
        trace_state: "a=b".into(),
        flags: 0x301,
        ..span(SERVER, vec![text("url.path", "/"), KeyValue::int("http.response.status_code", 200)])
    };
    let resource = vec![
        text("service.namespace", "shop"),
        text("service.name", "Cart"),
        text("url.path", "of the resource"),
    ];
    let client = span(CLIENT as i32, vec![]);
    let request = request(resource, &[&server.encode_to_vec(), &client.encode_to_vec()]);
    let scope = json!({
        "otel.scope.name": "mesh",
        "otel.scope.version": "1.2",
        "otel.library.name": "mesh",
        "otel.library.version": "1.2",
        "service.namespace": "shop",
    });
    let tags = |more: Value| {
        let mut tags = scope.as_object().unwrap().clone();
        tags.extend(more.as_object().unwrap().clone());
        tags
    };
    let expected = json!([
        {
            "traceId": "ab000000000000000000000000000007",
            "id": "00000000000000cd",
            "parentId": "00000000000000ef",
            "name": "get",
            "kind": "SERVER",
            "timestamp": 1_544_712_660_000_001_u64,
            "duration": 300_000,
            "localEndpoint": {"serviceName": "cart"},
            "tags": tags(json!({"url.path": "/", "http.response.status_code": "200"})),
        },
        {
            "traceId": "ab000000000000000000000000000007",
            "id": "00000000000000cd",
            "name": "get",
            "kind": "CLIENT",
            "timestamp": 1_544_712_660_000_001_u64,
            "duration": 300_000,
            "localEndpoint": {"serviceName": "cart"},
            "tags": tags(json!({"url.path": "of the resource"})),
        },
    ]);
    assert_eq!(zipkin(&request), expected);
    assert_eq!(zipkin(b""), json!([]), "an empty request");
}

#[test]
fn kinds_are_those_of_zipkin() {
    let cases = [
        (0, None, "unspecified"),
        (1, None, "internal"),
        (2, Some("SERVER"), "a server"),
        (3, Some("CLIENT"), "a client"),
        (4, Some("PRODUCER"), "a producer"),
        (5, Some("CONSUMER"), "a consumer"),
        (6, None, "none that is known"),
        (-1, None, "none at all"),
    ];
    for (kind, expected, why) in cases {
        let json = only(&span(kind, vec![]), b"");
        assert_eq!(json.get("kind").and_then(Value::as_str), expected, "{why}");
    }
}

#[test]
fn the_best_attribute_names_the_remote_endpoint() {
    let peer = |address| vec![text("network.peer.address", address)];
    let port = |port| KeyValue::int("network.peer.port", port);
    let with = |mut attributes: Vec<KeyValue>, more| {
        attributes.push(more);
        attributes
    };
    let ranked: Vec<_> = REMOTE_KEYS.iter().rev().map(|key| text(key, key)).collect();
    let cases: [(i32, Vec<KeyValue>, Value, &str); 17] = [
        (3, vec![], Value::Null, "nothing tells it"),
        (3, peer("10.0.0.1"), json!({"ipv4": "10.0.0.1"}), "an IPv4 address"),
        (3, peer("2001:DB8::1"), json!({"ipv6": "2001:db8::1"}), "an IPv6 address"),
        (3, peer("::ffff:10.0.0.1"), json!({"ipv6": "::ffff:10.0.0.1"}), "a mapped one"),
        (3, peer("10.0.0.256"), json!({"serviceName": "10.0.0.256"}), "no address after all"),
        (3, peer("@/Run/x.sock"), json!({"serviceName": "@/run/x.sock"}), "a socket's name"),
        (
            3,
            with(peer("10.0.0.1"), port(8080)),
            json!({"ipv4": "10.0.0.1", "port": 8080}),
            "a port",
        ),
        (3, with(peer("10.0.0.1"), port(0)), json!({"ipv4": "10.0.0.1"}), "port 0 is none"),
        (3, with(peer("10.0.0.1"), port(65_536)), json!({"ipv4": "10.0.0.1"}), "too high a port"),
        (3, with(peer("10.0.0.1"), port(-1)), json!({"ipv4": "10.0.0.1"}), "a negative port"),
        (3, vec![port(80)], Value::Null, "a port alone"),
        (
            3,
            with(with(peer("10.0.0.1"), port(80)), text("server.address", "Pay.Shop")),
            json!({"serviceName": "pay.shop"}),
            "a name before an address, whose port is not its own",
        ),
        (
            3,
            vec![text("server.address", "pay"), KeyValue::int("server.port", 443)],
            json!({"serviceName": "pay", "port": 443}),
            "a name with its port",
        ),
        (
            3,
            with(peer("10.0.0.1"), text("peer.service", "")),
            json!({"ipv4": "10.0.0.1"}),
            "an empty name is none",
        ),
        (4, ranked, json!({"serviceName": "peer.service"}), "the best of all, for a producer"),
        (2, peer("10.0.0.1"), Value::Null, "a server calls nobody"),
        (5, peer("10.0.0.1"), Value::Null, "a consumer calls nobody"),
    ];
    for (kind, attributes, expected, why) in cases {
        let json = only(&span(kind, attributes), b"");
        assert_eq!(json["remoteEndpoint"], expected, "{why}");
    }
}

/// The ranking of OpenTelemetry's mapping to Zipkin.
const REMOTE_KEYS: [&str; 11] = [
    "peer.service",
    "server.address",
    "net.peer.name",
    "network.peer.address",
    "server.socket.domain",
    "server.socket.address",
    "net.sock.peer.name",
    "net.sock.peer.addr",
    "peer.hostname",
    "peer.address",
    "db.name",
];

#[test]
fn remote_endpoints_are_ranked() {
    let all: Vec<_> = REMOTE_KEYS.iter().rev().map(|key| text(key, key)).collect();
    for (rank, key) in REMOTE_KEYS.iter().enumerate() {
        let attributes = all[..all.len() - rank].to_vec();
        let json = only(&span(3, attributes), b"");
        assert_eq!(json["remoteEndpoint"], json!({"serviceName": key}));
    }
}

#[test]
fn times_are_whole_microseconds() {
    let cases = [
        (1_999, 2_999, Some(1), 1, "cut, not rounded"),
        (1_000, 1_000, Some(1), 1, "no time at all is one"),
        (1_000, 1_999, Some(1), 1, "less than one is one"),
        (2_000, 1_000, Some(2), 1, "an end before the start"),
        (0, 5_000, None, 5, "no start"),
        (1_000, u64::MAX, Some(1), 18_446_744_073_709_550_u64, "the longest"),
    ];
    for (start, end, timestamp, duration, why) in cases {
        let times =
            Span { start_time_unix_nano: start, end_time_unix_nano: end, ..span(2, vec![]) };
        let json = only(&times, b"");
        assert_eq!(json.get("timestamp").and_then(Value::as_u64), timestamp, "{why}");
        assert_eq!(json["duration"], duration, "{why}");
    }
}

#[test]
fn values_become_text() {
    let nested = {
        let mut list = Vec::new();
        let mut item = |field, write: &dyn Fn(&mut Vec<u8>)| {
            put_message(&mut list, 1, |out| put_message(out, field, write));
        };
        item(5, &|out| put_message(out, 1, |out| put_bytes(out, 7, b"\xfb\xff")));
        item(6, &|out| {
            put_message(out, 1, |out| {
                put_bytes(out, 1, b"k");
                put_message(out, 2, |out| put_integer(out, 3, 3));
            });
        });
        put_message(&mut list, 1, |out| put_fixed64(out, 4, f64::NAN.to_bits()));
        put_message(&mut list, 1, |_| {});
        list
    };
    let strings = KeyValue::strings("", &["a", "\"b\""]).value.unwrap().value.unwrap();
    let cases = [
        (Any::String("ä \"\\\u{1}🦀".into()), "ä \"\\\u{1}🦀", "text"),
        (Any::String("".into()), "", "empty text"),
        (Any::String("null".into()), "null", "text that looks like a value"),
        (Any::Bool(true), "true", "a truth value"),
        (Any::Int(i64::MIN), "-9223372036854775808", "a whole number"),
        (Any::Double(0.25), "0.25", "a number"),
        (Any::Double(f64::NAN), "NaN", "not a number, not quoted again"),
        (Any::Double(f64::NEG_INFINITY), "-Infinity", "infinite"),
        (strings, r#"["a","\"b\""]"#, "a list as JSON"),
        (Any::Array(nested), r#"[["+/8="],{"k":3},"NaN",null]"#, "whatever lists hold"),
        (Any::Array(vec![]), "[]", "an empty list"),
    ];
    for (value, expected, why) in cases {
        let json = only(&span(2, vec![KeyValue::new("k", value)]), b"");
        assert_eq!(json["tags"], json!({"k": expected}), "{why}");
    }
    let json = only(&span(2, vec![KeyValue { key: "k".into(), value: None }]), b"");
    assert_eq!(json["tags"], json!({"k": ""}), "no value");
}

#[test]
fn what_zipkin_has_no_place_for_is_a_tag_or_left_out() {
    type Write = fn(&mut Vec<u8>);
    let cases: [(Write, Value, &str); 10] = [
        (|_| (), json!({}), "nothing"),
        (|out| put_message(out, 15, |_| {}), json!({}), "a status that is not set"),
        (
            |out| put_message(out, 15, |out| put_integer(out, 3, 1)),
            json!({"otel.status_code": "OK"}),
            "success",
        ),
        (
            |out| put_message(out, 15, |out| put_integer(out, 3, 2)),
            json!({"otel.status_code": "ERROR", "error": ""}),
            "a failure without a description",
        ),
        (
            |out| {
                put_message(out, 15, |out| {
                    put_bytes(out, 2, b"lost");
                    put_integer(out, 3, 2);
                });
            },
            json!({"otel.status_code": "ERROR", "error": "lost"}),
            "a failure with a description",
        ),
        (
            |out| {
                put_message(out, 15, |out| {
                    put_bytes(out, 2, b"fine");
                    put_integer(out, 3, 1);
                });
            },
            json!({"otel.status_code": "OK"}),
            "the description of a success",
        ),
        (
            |out| {
                put_integer(out, 10, 3);
                put_integer(out, 12, 4);
                put_integer(out, 14, 5);
            },
            json!({
                "otel.dropped_attributes_count": "3",
                "otel.dropped_events_count": "4",
                "otel.dropped_links_count": "5",
            }),
            "what was dropped",
        ),
        (|out| put_integer(out, 10, 0), json!({}), "nothing was dropped"),
        (|out| put_message(out, 13, |out| put_bytes(out, 1, &[7; 16])), json!({}), "a link"),
        (
            |out| {
                for key in ["error", "otel.status_code", "otel.scope.name", "service.name"] {
                    put_message(out, 9, |out| put_bytes(out, 1, key.as_bytes()));
                }
            },
            json!({}),
            "attributes that would be taken for what they are not",
        ),
    ];
    for (write, expected, why) in cases {
        let mut more = Vec::new();
        write(&mut more);
        let json = only(&span(2, vec![]), &more);
        assert_eq!(json["tags"], expected, "{why}");
    }
}

#[test]
fn names_are_in_lower_case_and_may_be_missing() {
    let named = |name: &str| Span { name: name.into(), ..span(2, vec![]) };
    assert_eq!(only(&named("GET /Ä\u{1F}\"{id}"), b"")["name"], "get /Ä\u{1f}\"{id}");
    assert_eq!(only(&named(""), b"").get("name"), None);
    let json = zipkin(&request(vec![], &[&named("x").encode_to_vec()]));
    assert_eq!(json[0]["localEndpoint"], json!({"serviceName": "unknown_service"}));
}

#[test]
fn spans_of_several_resources_have_their_own() {
    let one =
        |service| request(vec![text("service.name", service)], &[&span(2, vec![]).encode_to_vec()]);
    let json = zipkin(&[one("a"), one("b")].concat());
    let services: Vec<_> =
        json.as_array().unwrap().iter().map(|span| &span["localEndpoint"]["serviceName"]).collect();
    assert_eq!(services, ["a", "b"]);
}
