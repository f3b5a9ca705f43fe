//! Configurations of `trust` and of what is told to callers.

use super::*;
use spanmesh_core::propagation::ResponseHeader;
use spanmesh_core::trust::{Cidr, Edge, OnForeignContext};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn edge_of(trust: Option<Trust>) -> Edge {
    match trust {
        Some(Trust::Edge(edge)) => edge,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_option_of_an_edge_compiles() {
    let trust = json!({
        "inbound": {"edge": {
            "on_foreign_context": "ignore_decision",
            "except": {
                "peer_address": ["10.0.0.0/8", "2001:DB8::/32"],
                "mtls_peer": {"prefix": "spiffe://cluster.local/ns/prod/"},
                "header": {"x-partner": "${env:TOKEN}"},
            },
        }},
        "outbound": {"edge": {"except": {
            "host": ["Internal.example", {"suffix": ".partner.example"}],
        }}},
    });
    let TrustSettings { inbound, outbound } = parse(&with("trust", trust)).unwrap().trust;
    let edge = edge_of(inbound);
    assert_eq!(edge.on_foreign_context, OnForeignContext::IgnoreDecision);
    let ranges = ["10.0.0.0/8", "2001:db8::/32"].map(|range| Cidr::parse(range).unwrap());
    assert_eq!(edge.except.peer_addresses, ranges);
    let peers = edge.except.mtls_peers.unwrap();
    assert!(peers.matches(Some(b"spiffe://cluster.local/ns/prod/sa/cart")));
    assert!(!peers.matches(Some(b"spiffe://cluster.local/ns/production/sa/cart")));
    let [(name, value)] = &edge.except.headers[..] else { panic!("{:?}", edge.except.headers) };
    assert_eq!((name.as_str(), value.matches(Some(b"s3cret"))), ("x-partner", true));
    assert!(!value.matches(None), "no header is no secret");
    let hosts = edge_of(Some(outbound)).except.hosts.unwrap();
    assert!(hosts.matches(Some(b"internal.example")), "in lower case");
    assert!(hosts.matches(Some(b"api.partner.example")));
}

#[test]
fn sides_may_be_names_objects_or_nulls() {
    let cases = [
        (json!(null), None),
        (json!("mesh"), Some(true)),
        (json!({"mesh": {}}), Some(true)),
        (json!("edge"), Some(false)),
        (json!({"edge": {}}), Some(false)),
        (json!({"edge": {"except": {"header": null}}}), Some(false)),
    ];
    for (side, is_mesh) in cases {
        let TrustSettings { inbound, outbound } =
            parse(&with("trust", json!({"inbound": side, "outbound": side}))).unwrap().trust;
        assert_eq!(inbound.as_ref().map(Trust::is_mesh), is_mesh, "{side}");
        assert_eq!(outbound.is_mesh(), is_mesh.unwrap_or(true), "{side}");
        if let Some(Trust::Edge(edge)) = inbound {
            assert_eq!(format!("{edge:?}"), format!("{:?}", Edge::default()), "{side}");
        }
    }
}

#[test]
fn response_headers_compile() {
    let id = |name: &str| ResponseHeader::TraceId(name.into());
    let cases = [
        (json!(null), vec![]),
        (json!("traceresponse"), vec![ResponseHeader::TraceResponse]),
        (
            json!(["x-trace-id", "server-timing"]),
            vec![id("x-trace-id"), ResponseHeader::ServerTiming],
        ),
    ];
    for (json, expected) in cases {
        let config = parse(&with("response_header", json.clone())).unwrap();
        assert_eq!(config.response_headers, expected, "{json}");
    }
}

#[test]
fn a_secret_that_is_not_set_trusts_nobody() {
    for side in ["inbound", "outbound"] {
        let path = format!("trust.{side}.edge.except.header");
        let secret = json!({"x-partner": ["${env:NOT_SET}", "s3cret"], "x-other": "s3cret"});
        let problems = parse(&with(&path, secret)).unwrap_err();
        assert_eq!(problems, [format!("{path}.x-partner: must not be empty")]);
    }
}

#[test]
fn problems_are_told_by_path_and_reason() {
    const INBOUND: &str = "trust.inbound.edge.except";
    const OUTBOUND: &str = "trust.outbound.edge.except";
    let unknown = "is no known option";
    let sides = "must be one of mesh, edge, found \"strict\"";
    let range = "must be an address range such as 10.0.0.0/8 or 2001:db8::/32, found";
    let (wide, name) = (&*format!("{range} \"10.0.0.0/33\""), &*format!("{range} \"a.example\""));
    let uri = "must be an object with exactly one of prefix, suffix, regex, found {\"is\":\"a\"}";
    let field = "must be a lower-case HTTP field name, but none that frames the answer, found";
    let field = |name: &str| format!("{field} \"{name}\"");
    let [capitals, empty, status, kind, trailer] =
        &["X-Trace-Id", "", ":status", "content-type", "trailer"].map(field);
    let no_item = "must be a list with an item, found []";
    let no_field = "must be an object with a header field, found {}";
    let decision = "must be one of restart, ignore_decision, found \"continue\"";
    let continued = json!({"on_foreign_context": "continue"});
    let restart = json!({"on_foreign_context": "restart"});
    // Where the value is put, the value, where in it the problem is, and what it is.
    let cases = [
        ("trust", json!("edge"), "", "must be an object, found \"edge\""),
        ("trust", json!({"both": "edge"}), ".both", unknown),
        ("trust.inbound", json!("strict"), "", sides),
        (
            "trust.inbound",
            json!({"edge": {}, "mesh": {}}),
            "",
            "must have exactly one of mesh, edge, found several",
        ),
        ("trust.inbound", json!({"mesh": {"except": {}}}), ".mesh.except", unknown),
        ("trust.inbound.edge", continued, ".on_foreign_context", decision),
        (INBOUND, json!({"subnet": "10.0.0.0/8"}), ".subnet", unknown),
        (INBOUND, json!({"peer_address": "10.0.0.0/33"}), ".peer_address", wide),
        (INBOUND, json!({"peer_address": ["::1", "a.example"]}), ".peer_address[1]", name),
        (INBOUND, json!({"peer_address": []}), ".peer_address", no_item),
        (INBOUND, json!({"header": {"X": "1"}}), ".header.X", "is no lower-case HTTP field name"),
        (INBOUND, json!({"header": {}}), ".header", no_field),
        (INBOUND, json!({"mtls_peer": {"is": "a"}}), ".mtls_peer", uri),
        (OUTBOUND, json!({"peer_address": "10.0.0.0/8"}), ".peer_address", unknown),
        (OUTBOUND, json!({"mtls_peer": "spiffe://a"}), ".mtls_peer", unknown),
        ("trust.outbound.edge", restart, ".on_foreign_context", unknown),
        ("response_header", json!("X-Trace-Id"), "", capitals),
        ("response_header", json!(""), "", empty),
        ("response_header", json!(":status"), "", status),
        ("response_header", json!(["x-a", "content-type"]), "[1]", kind),
        ("response_header", json!("trailer"), "", trailer),
        ("response_header", json!([]), "", no_item),
        ("filter_state", json!("yes"), "", "must be true or false, found \"yes\""),
    ];
    for (path, value, below, reason) in cases {
        let problems = parse(&with(path, value.clone())).unwrap_err();
        assert_eq!(problems, [format!("{path}{below}: {reason}")], "{value}");
    }
}
