//! Which conditions of a rule hold: each compiled alone, and asked by the core's own matcher.

use spanmesh_config::inspect;
use spanmesh_core::rules::{Request, RuleIndex};
use spanmesh_core::semconv::rpc;
use spanmesh_core::span::SpanKind;
use spanmesh_json::{Map, Value};

/// Conditions on the answer, which are judged later.
const OF_ANSWERS: [&str; 2] = ["response_status", "response_header"];

/// The first condition that does not hold, in words; `Ok`: those that do.
///
/// # Errors
/// The condition, and what there is instead.
pub fn judge(value: Option<&Value>, request: &Request<'_>) -> Result<String, String> {
    let mut held = Vec::new();
    for (name, what, single) in conditions(value) {
        let index = RuleIndex::new([inspect::request_match(&single)]);
        if index.first(request, |_| true).is_none() {
            let found = found(&name, request);
            return Err(format!("{name} must be {what}, {found}"));
        }
        held.push(format!("{name} {what}"));
    }
    Ok(if held.is_empty() { "everything".to_owned() } else { held.join(", ") })
}

/// Each condition on the request: its name, what it asks for, and a `match` with nothing else.
fn conditions(value: Option<&Value>) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    for (name, wanted) in
        entries.filter(|(name, v)| !OF_ANSWERS.contains(&name.as_str()) && !v.is_null())
    {
        if name != "header" {
            all.push((name.clone(), wanted.to_string(), Value::object(name, wanted.clone())));
            continue;
        }
        for (field, wanted) in wanted.as_object().into_iter().flatten() {
            let mut single = Map::new();
            single.insert(field.clone(), wanted.clone());
            let single = Value::object("header", Value::Object(single));
            all.push((format!("header {field}"), wanted.to_string(), single));
        }
    }
    all
}

/// What the request has there.
fn found(name: &str, request: &Request<'_>) -> String {
    let shown = |value: Option<&[u8]>| match value {
        Some(value) => format!("is {}", Value::from(&*String::from_utf8_lossy(value))),
        None => "is absent".to_owned(),
    };
    let grpc = rpc::service_and_method(request.head);
    match name.strip_prefix("header ") {
        Some(field) => shown(request.head.header(field)),
        None => match name {
            "method" => shown(request.head.method()),
            "path" => shown(Some(request.path())),
            "host" => shown(request.host().as_deref()),
            "direction" if request.listener.kind() == SpanKind::Client => "is outbound".to_owned(),
            "direction" => "is inbound".to_owned(),
            "grpc_service" | "grpc_method" if grpc.is_none() => {
                "and this is no gRPC call".to_owned()
            }
            "grpc_service" => shown(grpc.map(|(service, _)| service)),
            "grpc_method" => shown(grpc.map(|(_, method)| method)),
            _ => match request.listener.port() {
                Some(port) => format!("is {port}"),
                None => "is not known (--port says it)".to_owned(),
            },
        },
    }
}
