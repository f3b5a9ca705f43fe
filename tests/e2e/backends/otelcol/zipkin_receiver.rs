//! What the Collector makes of Zipkin's format (its `zipkin` receiver, with default settings).

use serde_json::{Map, Value, json};

use super::super::compare::Spans;

/// Tags that the receiver takes for attributes of the resource, of those that spanmesh writes: names
/// of its list, which has neither `telemetry.distro.…` nor `deployment.environment.name`, nor names
/// of one's own. All others stay with the span.
const OF_RESOURCE: [&str; 5] = [
    "service.version",
    "service.instance.id",
    "telemetry.sdk.name",
    "telemetry.sdk.language",
    "telemetry.sdk.version",
];
/// Tags that become name and version of the scope.
const OF_SCOPE: [&str; 4] =
    ["otel.scope.name", "otel.scope.version", "otel.library.name", "otel.library.version"];

/// Spans in Zipkin's format as the Collector forwards them over OTLP:
///
/// - Values stay texts.
/// - The local endpoint is `service.name`. The remote one becomes `service.peer.name`, or takes the place
///   of `network.peer.address` if it is an address; its port becomes `net.peer.port`.
/// - The tag `error` makes a failure, and stays because it is not `true`; `otel.status_code` is taken
///   out, and not understood (the receiver knows `Error` and `STATUS_CODE_ERROR`, OpenTelemetry's
///   specification says `ERROR`).
/// - What Zipkin has no place for is not there again.
pub fn received(written: &Spans) -> Spans {
    written.iter().map(|(case, span)| (case.clone(), received_span(span))).collect()
}

fn received_span(span: &Value) -> Value {
    let text = |text: &Value| json!({"text": text});
    let (mut attributes, mut resource) = (Map::new(), Map::new());
    for (key, value) in span["tags"].as_object().unwrap() {
        if OF_RESOURCE.contains(&key.as_str()) {
            resource.insert(key.clone(), text(value));
        } else if !OF_SCOPE.contains(&key.as_str()) && key != "otel.status_code" {
            attributes.insert(key.clone(), text(value));
        }
    }
    resource.insert("service.name".to_owned(), text(&span["localEndpoint"]["serviceName"]));
    let remote = span["remoteEndpoint"].as_object().into_iter().flatten();
    for (key, value) in remote {
        let (key, value) = match key.as_str() {
            "serviceName" => ("service.peer.name", text(value)),
            "port" => ("net.peer.port", json!({"int": value})),
            _ => ("network.peer.address", text(value)),
        };
        attributes.insert(key.to_owned(), value);
    }
    let (name, version) = (&span["tags"][OF_SCOPE[0]], &span["tags"][OF_SCOPE[1]]);
    json!({
        "trace": span["trace"],
        "parent": span["parent"],
        "name": span["name"],
        "kind": if span["kind"] == "CLIENT" { 3 } else { 2 },
        "trace state": "",
        "flags": 0,
        "attributes": attributes,
        "dropped attributes": 0,
        "links": [],
        "status": {"code": if span["tags"]["error"].is_null() { 0 } else { 2 }, "message": ""},
        "resource": resource,
        "scope": {"name": name, "version": version, "attributes": {}},
        "schema": {"of resource": "", "of scope": ""},
    })
}
