//! The JSON Schema in the repository is the one that the table of options makes, and it judges
//! configurations as the filter does.
#![cfg(not(target_arch = "wasm32"))]

use serde_json::{Value, json};
use spanmesh_config::{Config, json_schema};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config.schema.json");

/// Set to write the schema instead of comparing it (`make schema`).
const WRITE: &str = "SPANMESH_WRITE_SCHEMA";

#[test]
fn the_file_is_what_the_options_make() {
    let expected = serde_json::to_string_pretty(&json_schema::generate()).unwrap() + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(FILE, &expected).unwrap();
    }
    let found = std::fs::read_to_string(FILE).unwrap();
    assert!(found == expected, "config.schema.json is out of date: run `make schema`");
}

#[test]
fn schema_and_filter_agree() {
    let exporter = json!({"otlp_http": {"cluster": "c"}});
    let with = |key: &str, value: Value| json!({"exporter": exporter, key: value});
    let rule = |matching: Value| {
        let rule = json!({"name": "a", "match": matching, "sampler": "always_on"});
        with("sampler", json!({"rule_based": {"rules": [rule]}}))
    };
    let edge = |side: &str, edge: Value| with("trust", json!({side: {"edge": edge}}));
    let cases = [
        json!({"exporter": exporter}),
        json!({}),
        json!([]),
        json!({"exporter": {}}),
        json!({"exporter": {"otlp_http": null}}),
        json!({"exporter": {"otlp_http": {"cluster": ""}}}),
        json!({"exporter": {"otlp_http": {"cluster": "c", "path": "x"}}}),
        json!({"exporter": {"otlp_http": {"cluster": "c", "path": "/x", "authority": null}}}),
        json!({"exporter": {"otlp_http": {"cluster": "c", "headers": {"a": "b"}}}}),
        json!({"exporter": {"otlp_http": {"cluster": "c", "headers": {"A": "b"}}}}),
        json!({"exporter": {"otlp_http": {"cluster": "c", "headers": {"a": "\n"}}}}),
        with("surprise", json!(1)),
        with("batch", json!(null)),
        with("batch", json!({"schedule_delay": "2s", "max_queue_size": 600})),
        with("batch", json!({"schedule_delay": "2 s"})),
        with("batch", json!({"max_queue_size": 0})),
        with("batch", json!({"max_queue_size": 1.5})),
        with("resource", json!({"attributes": {"a": "b", "c": 1, "d": true}})),
        with("resource", json!({"attributes": {"a": null}})),
        with("resource", json!({"attributes": {"": "b"}})),
        with("sampler", json!("always_off")),
        with("sampler", json!("never")),
        with("sampler", json!({"always_on": null})),
        with("sampler", json!({"always_on": {}, "always_off": {}})),
        with("sampler", json!({})),
        with("sampler", json!({"trace_id_ratio_based": {"ratio": 0.5}})),
        with("sampler", json!({"trace_id_ratio_based": {"ratio": 2}})),
        with("sampler", json!({"parent_based": {"root": {"trace_id_ratio_based": {"ratio": 1}}}})),
        with("sampler", json!({"parent_based": {"root": {"parent_based": {"root": "x"}}}})),
        with("sampler", json!("probability")),
        with("sampler", json!({"probability": {"ratio": null}})),
        with("sampler", json!({"rate_limiting": {"traces_per_second": 0.5, "burst": 1}})),
        with("sampler", json!({"rate_limiting": {"traces_per_second": 0}})),
        with("sampler", json!({"jaeger_remote": {"cluster": "j", "interval": 10}})),
        with("sampler", json!({"jaeger_remote": {"cluster": "j", "initial_sampler": "always_on"}})),
        rule(json!({"path": ["/a", {"prefix": "/b"}], "method": "GET", "listener_port": [80]})),
        rule(json!({"header": {"x": {"at_least": 1}, "y": {"absent": true}}})),
        rule(json!({"path": {"template": "/orders/{id}"}, "host": {"regex": "a|b"}})),
        rule(json!({})),
        rule(json!({"path": []})),
        rule(json!({"path": {"prefix": "/a", "suffix": "b"}})),
        rule(json!({"path": {"template": "orders"}})),
        rule(json!({"header": {"X": "1"}})),
        rule(json!({"header": {"x": {"present": false}}})),
        rule(json!({"listener_port": 0})),
        rule(json!({"response_status": "418"})),
        with("keep", json!(null)),
        with("keep", json!({})),
        with("keep", json!({"errors": ["reset", "timeout"], "slower_than": "1s", "calls": true})),
        with("keep", json!({"errors": []})),
        with("keep", json!({"errors": "all"})),
        with("keep", json!({"rules": [{"name": "a", "match": {"response_status": ["418", 420]}}]})),
        with("keep", json!({"rules": [{"name": "a", "match": {"response_status": "5xx"}}]})),
        with("keep", json!({"rules": [{"name": "a", "sampler": "always_on"}]})),
        with("span_metrics", json!(null)),
        with("span_metrics", json!({})),
        with("span_metrics", json!({"aggregation_cardinality_limit": null})),
        with("span_metrics", json!({"aggregation_cardinality_limit": 1})),
        with("span_metrics", json!({"aggregation_cardinality_limit": 0})),
        with("span_metrics", json!({"aggregation_cardinality_limit": "many"})),
        with("span_metrics", json!({"dimensions": []})),
        with("span_metrics", json!(true)),
        with("force", json!({"header": "x-trace-force"})),
        with("force", json!({"header": "X-Force"})),
        with("propagators", json!(null)),
        with("propagators", json!([])),
        with("propagators", json!(["b3", "tracecontext"])),
        with("propagators", json!(["none"])),
        with("propagators", json!({"extract": ["b3"], "inject": ["none"]})),
        with("propagators", json!({})),
        with("propagators", json!("b3")),
        with("propagators", json!(["sw8"])),
        with("propagators", json!(["b3", "b3"])),
        with("propagators", json!(["none", "b3"])),
        with("propagators", json!(["none", "none"])),
        with("propagators", json!([null])),
        with("propagators", json!({"extract": "b3"})),
        with("propagators", json!({"read": ["b3"]})),
        with("trust", json!("edge")),
        with("trust", json!({"inbound": "edge", "outbound": "mesh"})),
        with("trust", json!({"inbound": null, "outbound": {"edge": {}}})),
        with("trust", json!({"inbound": {"mesh": {}}})),
        with("trust", json!({"inbound": {"mesh": {"except": {}}}})),
        with("trust", json!({"inbound": {"mesh": {}, "edge": {}}})),
        with("trust", json!({"both": "edge"})),
        edge("inbound", json!({"on_foreign_context": "ignore_decision"})),
        edge("inbound", json!({"on_foreign_context": "continue"})),
        edge("inbound", json!({"except": {"peer_address": "10.0.0.0/8"}})),
        edge("inbound", json!({"except": {"peer_address": ["2001:DB8::/32", "192.0.2.1"]}})),
        edge("inbound", json!({"except": {"peer_address": "localhost"}})),
        edge("inbound", json!({"except": {"peer_address": []}})),
        edge(
            "inbound",
            json!({"except": {"mtls_peer": {"prefix": "spiffe://a/"}, "header": null}}),
        ),
        edge("inbound", json!({"except": {"mtls_peer": {"template": "/a"}}})),
        edge("inbound", json!({"except": {"header": {"x-a": ["1", {"regex": "2|3"}]}}})),
        edge("inbound", json!({"except": {"header": {"X-A": "1"}}})),
        edge("inbound", json!({"except": {"header": {}}})),
        edge("inbound", json!({"except": {"subnet": "10.0.0.0/8"}})),
        edge("outbound", json!({"except": {"host": ["a.example", {"suffix": ".b.example"}]}})),
        edge("outbound", json!({"except": {"peer_address": "10.0.0.0/8"}})),
        edge("outbound", json!({"except": {"mtls_peer": "spiffe://a/"}})),
        edge("outbound", json!({"on_foreign_context": "restart"})),
        with("response_header", json!(null)),
        with("response_header", json!("traceresponse")),
        with("response_header", json!(["server-timing", "x-trace-id"])),
        with("response_header", json!([])),
        with("response_header", json!("X-Trace-Id")),
        with("response_header", json!("x trace id")),
        with("response_header", json!("content-length")),
        with("response_header", json!(["traceresponse", "trailer"])),
        with("filter_state", json!(true)),
        with("filter_state", json!("true")),
        with("direction", json!("inbound")),
        with("direction", json!("up")),
        with("redact", json!({"query": ["a"]})),
        with("redact", json!({"query": [""]})),
        with("redact", json!({"query": ["a", {"prefix": "b"}, {"regex": "c+"}]})),
        with("redact", json!({"query": [{"present": true}]})),
        with("redact", json!({"headers": ["cookie", {"suffix": "-key"}], "detectors": ["email"]})),
        with("redact", json!({"headers": ["Cookie"]})),
        with("redact", json!({"paths": ["/reset/{token}", {"regex": "[0-9]+"}]})),
        with("redact", json!({"paths": ["reset"]})),
        with("redact", json!({"detectors": ["iban"]})),
        with("attributes", json!({"request_headers": ["x-a"], "baggage": ["*"]})),
        with("attributes", json!({"response_headers": ["X-A"]})),
        with("attributes", json!({"constant": {"a": 1, "b": true, "c": "d"}})),
        with("attributes", json!({"constant": {"http.route": "/"}})),
        with("attributes", json!({"constant": {"http.route.x": "/"}})),
        with("attributes", json!({"constant": {"http.request.header.x": "a"}})),
        with("attributes", json!({"environment": {"a": "A"}, "node_metadata": {"b": ["C", "D"]}})),
        with("attributes", json!({"environment": {"a": 1}})),
        with("attributes", json!({"node_metadata": {"b": []}})),
        with("routes", json!(["/orders/{id}"])),
        with("routes", json!(["orders"])),
        with("mask_ids", json!(true)),
        with("mask_ids", json!(1)),
        with("limits", json!({"attribute_count_limit": 1, "header_bytes_limit": 1})),
        with("limits", json!({"attribute_count_limit": 0})),
        with("limits", json!({"attribute_value_length_limit": 1})),
        with("limits", json!({"attribute_value_length_limit": 0})),
    ];
    let schema = jsonschema::validator_for(&json_schema::generate()).unwrap();
    let mut accepted = 0;
    for case in &cases {
        let ours = Config::parse(case.to_string().as_bytes(), &|_| None);
        assert_eq!(schema.is_valid(case), ours.is_ok(), "{case}: {ours:?}");
        accepted += usize::from(ours.is_ok());
    }
    assert!(accepted > 10 && cases.len() - accepted > 10, "both verdicts are exercised");
}
