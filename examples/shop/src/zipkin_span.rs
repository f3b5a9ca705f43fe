//! Spans as Zipkin has them, made into those that the demonstration looks at.

use serde_json::Value;

use crate::received::split_url;
use crate::span::{Kind, Span};

/// The spans of traces of Zipkin's query API. It has names in lower case.
pub fn spans(traces: &[Value]) -> Vec<Span> {
    traces.iter().filter_map(Value::as_array).flatten().map(span).collect()
}

/// One span: JSON of Zipkin's API v2, the attributes among its tags as OpenTelemetry has it.
fn span(received: &Value) -> Span {
    let text = |pointer: &str| received.pointer(pointer)?.as_str().map(str::to_owned);
    let tag = |key: &str| received.get("tags")?.get(key)?.as_str().map(str::to_owned);
    let nanoseconds = |key: &str| {
        let microseconds = received.get(key).and_then(Value::as_u64);
        microseconds.unwrap_or_default().saturating_mul(1000)
    };
    let (target, query) = match tag("url.full") {
        Some(url) => split_url(&url),
        None => (tag("url.path").unwrap_or_default(), tag("url.query").unwrap_or_default()),
    };
    let failed = tag("otel.status_code").is_some_and(|code| code == "ERROR");
    let start = nanoseconds("timestamp");
    Span {
        trace_id: text("/traceId").unwrap_or_default(),
        span_id: text("/id").unwrap_or_default(),
        parent_id: text("/parentId"),
        service: text("/localEndpoint/serviceName").unwrap_or_default(),
        kind: match text("/kind").as_deref() {
            Some("SERVER") => Kind::Server,
            Some("CLIENT") => Kind::Client,
            _ => Kind::Other,
        },
        name: text("/name").unwrap_or_default(),
        target,
        query,
        error: failed.then(|| tag("error.type").unwrap_or_else(|| "of no type".to_owned())),
        start,
        end: start.saturating_add(nanoseconds("duration")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_that_is_looked_at_is_found() {
        let root = json!({
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "id": "00f067aa0ba902b7",
            "kind": "SERVER", "name": "post", "timestamp": 1_800_000_000_000_001_u64,
            "duration": 1500, "localEndpoint": {"serviceName": "edge", "ipv4": "127.0.0.1"},
            "tags": {"url.path": "/checkout", "url.query": "order=1", "error.type": "502",
                     "otel.status_code": "ERROR", "error": ""},
        });
        let call = json!({
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "parentId": "00f067aa0ba902b7",
            "id": "b7ad6b7169203331", "kind": "CLIENT", "name": "get", "timestamp": 1, "duration": 1,
            "localEndpoint": {"serviceName": "storefront"},
            "tags": {"url.full": "http://inventory.shop/stock", "error.type": "ignored"},
        });
        let found = spans(&[json!([root]), json!([call])]);
        let root = Span {
            trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
            span_id: "00f067aa0ba902b7".to_owned(),
            parent_id: None,
            service: "edge".to_owned(),
            kind: Kind::Server,
            name: "post".to_owned(),
            target: "/checkout".to_owned(),
            query: "order=1".to_owned(),
            error: Some("502".to_owned()),
            start: 1_800_000_000_000_001_000,
            end: 1_800_000_000_001_501_000,
        };
        let call = Span {
            span_id: "b7ad6b7169203331".to_owned(),
            parent_id: Some(root.span_id.clone()),
            service: "storefront".to_owned(),
            kind: Kind::Client,
            name: "get".to_owned(),
            target: "inventory.shop/stock".to_owned(),
            query: String::new(),
            error: None,
            start: 1000,
            end: 2000,
            ..root.clone()
        };
        assert_eq!(found, [root, call]);
    }
}
