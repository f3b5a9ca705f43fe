//! Spans as Zipkin's format has them, comparable.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::compare::{Spans, Told, comparable, take_port};
use super::otlp_form::{CASES, PEER_PORT, as_list};
use super::traffic::Traffic;

/// Spans of Zipkin's API v2: those of the whole traffic.
#[track_caller]
pub fn spans(found: &[Value], traffic: &Traffic) -> Spans {
    comparable(found.iter().map(told).collect(), traffic)
}

/// What has no place among ids and times stays as it is.
fn told(span: &Value) -> Told {
    let mut rest = span.as_object().unwrap().clone();
    let mut take = |key: &str| rest.remove(key).unwrap_or_else(|| panic!("no {key}: {span:#}"));
    let text = |value: Value| value.as_str().unwrap().to_owned();
    let nanos = |micros: Value| 1_000 * micros.as_u64().unwrap();
    let (trace_id, span_id) = (text(take("traceId")), text(take("id")));
    let (start, duration) = (nanos(take("timestamp")), nanos(take("duration")));
    let parent_span_id = rest.remove("parentId").map(text).unwrap_or_default();
    let tags = rest["tags"].as_object_mut().unwrap();
    tags.get_mut(PEER_PORT).map(take_port);
    let case = CASES.iter().find_map(|key| tags.get(*key)).map(|list| as_list(text(list.clone())));
    let case = case.unwrap_or_else(|| panic!("no case: {span:#}")).concat();
    Told { case, trace_id, span_id, parent_span_id, start, duration, rest: rest.into() }
}

/// The reference as spanmesh has to write it for Zipkin, by "OpenTelemetry to Zipkin
/// Transformation" of OpenTelemetry's specification:
///
/// - Zipkin has no place for links (but in annotations, which are events), for trace state, for
///   flags and for schema URLs: they are left out.
/// - Names of spans and services are in lower case, as Zipkin's API asks. Beyond ASCII nothing is
///   folded, which the tables for it are too large for.
/// - Tags are texts: lists, numbers and truth values are written as JSON. Their types are lost.
/// - The resource's attributes become tags of each span, but for the service's name, which is the
///   local endpoint's. The scope becomes tags, also by the older names `otel.library.…`.
/// - A CLIENT span's remote endpoint is what `server.address` and `server.port` say, an address in
///   `ipv4` or `ipv6`, anything else as the name of a service.
/// - A failure has the tag `otel.status_code`, and `error` with the status' message, which is empty.
pub fn written(reference: &Spans) -> Spans {
    reference.iter().map(|(case, span)| (case.clone(), written_span(span))).collect()
}

fn written_span(span: &Value) -> Value {
    let is_client = span["kind"] == 3;
    let lower = |text: &Value| text.as_str().unwrap().to_ascii_lowercase();
    let mut tags = Map::new();
    let service = lower(&span["resource"]["service.name"]["text"]);
    let of_resource = span["resource"].as_object().unwrap().iter();
    let of_resource = of_resource.filter(|(key, _)| *key != "service.name");
    for (key, value) in of_resource.chain(span["attributes"].as_object().unwrap()) {
        tags.insert(key.clone(), text_of(value).into());
    }
    for prefix in ["otel.scope", "otel.library"] {
        for part in ["name", "version"] {
            tags.insert(format!("{prefix}.{part}"), span["scope"][part].clone());
        }
    }
    if span["dropped attributes"] != 0 {
        let count = span["dropped attributes"].to_string();
        tags.insert("otel.dropped_attributes_count".to_owned(), count.into());
    }
    if span["status"]["code"] == 2 {
        tags.insert("otel.status_code".to_owned(), "ERROR".into());
        tags.insert("error".to_owned(), span["status"]["message"].clone());
    }
    let mut written = json!({
        "trace": span["trace"],
        "parent": span["parent"],
        "kind": if is_client { "CLIENT" } else { "SERVER" },
        "name": lower(&span["name"]),
        "localEndpoint": {"serviceName": service},
        "tags": tags,
    });
    if is_client {
        written["remoteEndpoint"] = remote_endpoint(&span["attributes"]);
    }
    written
}

fn remote_endpoint(attributes: &Value) -> Value {
    let address = attributes["server.address"]["text"].as_str().unwrap().to_ascii_lowercase();
    let key = match address.parse() {
        Ok(IpAddr::V4(_)) => "ipv4",
        Ok(IpAddr::V6(_)) => "ipv6",
        Err(_) => "serviceName",
    };
    json!({key: address, "port": attributes["server.port"]["int"]})
}

/// A value as text.
pub fn text_of(value: &Value) -> String {
    match value.get("text") {
        Some(text) => text.as_str().unwrap().to_owned(),
        None => match plain(value) {
            Value::String(text) => text,
            other => other.to_string(),
        },
    }
}

/// A value without the names of types.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Object(typed) => match typed.iter().next().unwrap() {
            (kind, Value::Array(items)) if kind == "list" => items.iter().map(plain).collect(),
            (_, value) => value.clone(),
        },
        other => other.clone(),
    }
}
