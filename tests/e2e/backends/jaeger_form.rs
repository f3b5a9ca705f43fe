//! Spans as Jaeger's query API has them, comparable.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::compare::{Spans, Told, take_port};
use super::otlp_form::{CASES, PEER_PORT, as_list};
use super::traffic::SHORT_TRACE;
use super::zipkin_form::plain;

/// A span of a trace with these processes.
pub fn told(span: &Value, processes: &Value) -> Told {
    let mut rest = span.as_object().unwrap().clone();
    let mut take = |key: &str| rest.remove(key).unwrap_or_else(|| panic!("no {key}: {span:#}"));
    let text = |value: Value| value.as_str().unwrap().to_owned();
    let nanos = |micros: Value| 1_000 * micros.as_u64().unwrap();
    let (trace_id, span_id) = (text(take("traceID")), text(take("spanID")));
    let (start, duration) = (nanos(take("startTime")), nanos(take("duration")));
    let process = &processes[text(take("processID"))];
    let mut tags = by_key(&take("tags"));
    let (parent_span_id, links) = references(&take("references"), &trace_id);
    let case = CASES.iter().find_map(|key| tags.get(*key)).map(|tag| text(tag["value"].clone()));
    let case = as_list(case.unwrap_or_else(|| panic!("no case: {span:#}"))).concat();
    for (key, tag) in &mut tags {
        match tag["type"].as_str() {
            Some("int64") if key == PEER_PORT => take_port(&mut tag["value"]),
            // It writes whole numbers without a point.
            Some("float64") => tag["value"] = json!(tag["value"].as_f64()),
            _ => {}
        }
    }
    rest.insert("tags".to_owned(), tags.into());
    rest.insert("links".to_owned(), links.into());
    rest.insert("service".to_owned(), process["serviceName"].clone());
    rest.insert("process".to_owned(), by_key(&process["tags"]).into());
    Told { case, trace_id, span_id, parent_span_id, start, duration, rest: rest.into() }
}

/// Types and values of tags by their keys.
fn by_key(tags: &Value) -> Map<String, Value> {
    let mut map = Map::new();
    for tag in tags.as_array().unwrap() {
        let mut tag = tag.as_object().unwrap().clone();
        let key = tag.remove("key").unwrap().as_str().unwrap().to_owned();
        assert_eq!(map.insert(key, tag.into()), None, "twice in {tags:#}");
    }
    map
}

/// The parent, empty if there is none, and the references to other traces.
fn references(references: &Value, trace_id: &str) -> (String, Vec<Value>) {
    let mut parent = String::new();
    let mut links = Vec::new();
    for reference in references.as_array().unwrap() {
        if reference["refType"] == "CHILD_OF" {
            assert_eq!((reference["traceID"].as_str(), parent.as_str()), (Some(trace_id), ""));
            parent = reference["spanID"].as_str().unwrap().to_owned();
        } else {
            links.push(reference.clone());
        }
    }
    (parent, links)
}

/// What Jaeger makes of the reference:
///
/// - It has no place for a span's flags, for the number of attributes that were left out, for a
///   link's trace state and flags, and for schema URLs.
/// - Trace ids of 64 bits lose the zeros in front.
/// - Kind, status, trace state and scope become tags, and one more says that OTLP was spoken.
/// - Lists are JSON within a text. Whole numbers that JavaScript would round are texts in its
///   answers, of the type that they had.
/// - It misses the parents that it was not sent, and says so in a warning.
pub fn stored(reference: &Spans) -> Spans {
    reference.iter().map(|(case, span)| (case.clone(), stored_span(span))).collect()
}

fn stored_span(span: &Value) -> Value {
    let mut tags = tags_of(&span["attributes"]);
    let kind = if span["kind"] == 3 { "client" } else { "server" };
    let is_error = span["status"]["code"] == 2;
    let texts = [
        ("span.kind", json!(kind)),
        ("internal.span.format", json!("otlp")),
        ("otel.scope.name", span["scope"]["name"].clone()),
        ("otel.scope.version", span["scope"]["version"].clone()),
        ("w3c.tracestate", span["trace state"].clone()),
        ("otel.status_code", json!(if is_error { "ERROR" } else { "" })),
    ];
    let texts = texts.into_iter().filter(|(_, text)| text != "");
    tags.extend(
        texts.map(|(key, text)| (key.to_owned(), json!({"type": "string", "value": text}))),
    );
    if is_error {
        tags.insert("error".to_owned(), json!({"type": "bool", "value": true}));
    }
    let mut process = tags_of(&span["resource"]);
    let service = process.remove("service.name").unwrap();
    let link = |link: &Value| {
        let (trace, span) = (&link["trace"], &link["span"]);
        json!({"refType": "FOLLOWS_FROM", "traceID": trace, "spanID": span})
    };
    let warning = match span["parent"].as_str() {
        None | Some("") => Value::Null,
        Some(parent) => {
            json!([format!("invalid parent span IDs={parent}; skipping clock skew adjustment")])
        }
    };
    let is_short = span["trace"] == SHORT_TRACE;
    json!({
        "trace": if is_short { json!(SHORT_TRACE[16..]) } else { span["trace"].clone() },
        "parent": span["parent"],
        "operationName": span["name"],
        "tags": tags,
        "links": span["links"].as_array().unwrap().iter().map(link).collect::<Vec<_>>(),
        "logs": [],
        "service": service["value"],
        "process": process,
        "warnings": warning,
    })
}

/// Attributes as tags.
fn tags_of(attributes: &Value) -> BTreeMap<String, Value> {
    let attributes = attributes.as_object().unwrap().iter();
    attributes.map(|(key, value)| (key.clone(), tag(value))).collect()
}

fn tag(value: &Value) -> Value {
    // Beyond it JavaScript's numbers have gaps.
    const MAX_SAFE: u64 = (1 << 53) - 1;
    let (kind, plain_value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "text" => json!({"type": "string", "value": plain_value}),
        "bool" => json!({"type": "bool", "value": plain_value}),
        "double" => json!({"type": "float64", "value": plain_value}),
        "list" => json!({"type": "string", "value": plain(value).to_string()}),
        _ if plain_value.as_i64().is_some_and(|number| number.unsigned_abs() > MAX_SAFE) => {
            json!({"type": "int64", "value": plain_value.to_string()})
        }
        _ => json!({"type": "int64", "value": plain_value}),
    }
}
