//! Attributes from constants, the environment, node metadata and the mesh's custom tags.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use serde_json::json;
use spanmesh_harness::{Allowance, ReceivedSpan};

use super::{get, keys_are_unique, with_variables};
use crate::support::{INBOUND, OUTBOUND, Sidecar};

fn value(span: &ReceivedSpan, key: &str) -> Option<Value> {
    span.attr(key)?.value.clone()
}

fn text(text: &str) -> Option<Value> {
    Some(Value::StringValue(text.to_owned()))
}

#[tokio::test]
async fn every_source_gives_its_kind_of_value() {
    let attributes = json!({
        "constant": {"team": "shop", "replica": 3, "canary": true, "share": 0.5},
        "environment": {"region": "REGION", "zone": "ZONE", "empty": "EMPTY"},
        "node_metadata": {"mesh": "MESH_ID", "version": ["LABELS", "version"], "weight": "WEIGHT",
            "fraction": "FRACTION", "primary": "PRIMARY", "object": "LABELS", "list": "LIST",
            "none": ["LABELS", "none"], "deeper": ["MESH_ID", "x"]},
    });
    let metadata = json!({"MESH_ID": "cluster.local", "LABELS": {"version": "v2"}, "WEIGHT": 7,
        "FRACTION": 0.25, "PRIMARY": true, "LIST": ["a", "b"]});
    let sidecar = Sidecar::start_with(json!({"attributes": attributes}), |config| {
        let config = config.set("/node/metadata", metadata);
        with_variables(config, &json!({"REGION": "north", "EMPTY": ""}))
    })
    .await;
    for listener in [INBOUND, OUTBOUND] {
        let (_, span) = sidecar.span_of(listener, get("/")).await;
        let expected = [
            ("team", text("shop")),
            ("replica", Some(Value::IntValue(3))),
            ("canary", Some(Value::BoolValue(true))),
            ("share", Some(Value::DoubleValue(0.5))),
            ("region", text("north")),
            ("zone", None),
            ("empty", None),
            ("mesh", text("cluster.local")),
            ("version", text("v2")),
            ("weight", Some(Value::IntValue(7))),
            ("fraction", Some(Value::DoubleValue(0.25))),
            ("primary", Some(Value::BoolValue(true))),
            ("object", None),
            ("list", None),
            ("none", None),
            ("deeper", None),
        ];
        for (key, expected) in expected {
            assert_eq!(value(&span, key), expected, "{key}");
        }
        keys_are_unique(&span);
    }
}

/// Node metadata as Istio's agent writes it from `defaultConfig.tracing.customTags`.
#[tokio::test]
async fn custom_tags_of_the_mesh_are_followed() {
    let tags = json!({
        "cluster_name": {"literal": {"value": "west"}},
        "region": {"environment": {"name": "REGION", "defaultValue": "nowhere"}},
        "zone": {"environment": {"name": "ZONE", "defaultValue": "nowhere"}},
        "rack": {"environment": {"name": "RACK"}},
        "tenant": {"header": {"name": "X-Tenant", "defaultValue": "none"}},
        "caller": {"header": {"name": "x-caller"}},
        "team": {"literal": {"value": "of the mesh"}},
        "url.path": {"literal": {"value": "/forged"}},
        "odd": {"formatter": {"value": "%PROTOCOL%"}},
        "odder": "text",
        "number": {"literal": {"value": 5}},
        "none": {},
    });
    let more = json!({"attributes": {"constant": {"team": "shop"}}});
    let sidecar = Sidecar::start_with(more, |config| {
        let metadata = json!({"tracing": {"sampling": 100, "customTags": tags},
            "discoveryAddress": "istiod.istio-system.svc:15012"});
        with_variables(
            config.set("/node/metadata/PROXY_CONFIG", metadata),
            &json!({"REGION": "north"}),
        )
    })
    .await;
    let tags = ["cluster_name", "region", "zone", "tenant", "caller"];
    sidecar.collector.allow(Allowance::attributes(&tags, "tags of the mesh"));
    let request = get("/").header("x-tenant", "a").header("x-tenant", "b");
    let (_, span) = sidecar.span_of(INBOUND, request).await;
    let expected = [
        ("cluster_name", Some("west")),
        ("region", Some("north")),
        ("zone", Some("nowhere")),
        ("rack", None),
        ("tenant", Some("a")),
        ("caller", None),
        ("team", Some("shop")),
        ("url.path", Some("/")),
        ("odd", None),
        ("odder", None),
        ("number", None),
        ("none", None),
    ];
    for (key, value) in expected {
        assert_eq!(span.str_attr(key).as_deref(), value, "{key}");
    }
    keys_are_unique(&span);
    let (_, span) = sidecar.span_of(OUTBOUND, get("/").header("x-caller", "cart")).await;
    assert_eq!(span.str_attr("tenant").as_deref(), Some("none"));
    assert_eq!(span.str_attr("caller").as_deref(), Some("cart"));
}

/// What the mesh says is not ours to judge: the filter runs.
#[tokio::test]
async fn odd_custom_tags_are_passed_over() {
    for tags in [json!("text"), json!(5), json!(["a", "b"]), json!({}), json!({"a": ["literal"]})] {
        let sidecar = Sidecar::start_with(json!({}), |config| {
            config.set("/node/metadata/PROXY_CONFIG", json!({"tracing": {"customTags": tags}}))
        })
        .await;
        let (_, span) = sidecar.span_of(INBOUND, get("/")).await;
        assert_eq!(span.str_attr("a"), None, "{tags}");
        keys_are_unique(&span);
    }
}
