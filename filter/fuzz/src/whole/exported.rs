//! Exports, read with code that is not ours.

use std::collections::HashSet;
use std::io::Read as _;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::Value;
use spanmesh_fakehost::{Callout, Kind};

use super::configuration::{MAX_BATCH, MAX_BYTES};

/// The spans of an export by trace and span id, in lower-case hex; `None`: the call is no export. Panics
/// unless it is a valid one.
pub fn spans(call: &Callout) -> Option<Vec<String>> {
    let header = |name: &str| call.headers.first(name.as_bytes());
    if call.kind == Kind::Http && header(":method") == Some(b"GET") {
        return None;
    }
    if call.is_cancelled || !call.is_closed {
        return Some(Vec::new());
    }
    let inflated = header("content-encoding").map(|encoding| {
        assert_eq!(encoding, b"gzip");
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(call.body.as_slice()).read_to_end(&mut bytes).expect("gzip");
        bytes
    });
    let body = inflated.as_deref().unwrap_or(&call.body);
    let ids = match (call.kind, header("content-type")) {
        (Kind::Http, Some(b"application/json")) => match header(":path") {
            Some(b"/api/v2/spans") => zipkin(body),
            _ => otlp(serde_json::from_slice(body).expect("OTLP, JSON")),
        },
        _ => {
            assert!(body.len() <= MAX_BYTES, "{} bytes", body.len());
            otlp(ExportTraceServiceRequest::decode(body).expect("OTLP"))
        }
    };
    assert!((1..=MAX_BATCH).contains(&ids.len()), "{} spans", ids.len());
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "no span stands twice");
    Some(ids)
}

fn otlp(request: ExportTraceServiceRequest) -> Vec<String> {
    let [resource_spans] = request.resource_spans.as_slice() else { panic!("one resource") };
    let resource = resource_spans.resource.as_ref().expect("a resource");
    assert!(resource.attributes.iter().any(|attribute| attribute.key == "service.name"));
    let [scope_spans] = resource_spans.scope_spans.as_slice() else { panic!("one scope") };
    assert_eq!(scope_spans.scope.as_ref().expect("a scope").name, "spanmesh");
    scope_spans.spans.iter().map(check).collect()
}

fn check(span: &Span) -> String {
    let is_id = |id: &[u8], length: usize| id.len() == length && id.iter().any(|&byte| byte != 0);
    assert!(is_id(&span.trace_id, 16) && is_id(&span.span_id, 8), "{span:?}");
    assert!(span.parent_span_id.is_empty() || is_id(&span.parent_span_id, 8), "{span:?}");
    assert!(span.parent_span_id != span.span_id);
    assert!(!span.name.is_empty() && [2, 3].contains(&span.kind), "{span:?}");
    assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
    let keys: HashSet<_> = span.attributes.iter().map(|attribute| &attribute.key).collect();
    assert_eq!(keys.len(), span.attributes.len(), "no key stands twice: {span:?}");
    assert!(span.attributes.iter().all(|it| !it.key.is_empty() && it.value.is_some()));
    assert!(span.attributes.len() <= 128);
    for link in &span.links {
        assert!(is_id(&link.trace_id, 16) && is_id(&link.span_id, 8), "{span:?}");
    }
    hex(&span.trace_id) + &hex(&span.span_id)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn zipkin(body: &[u8]) -> Vec<String> {
    let value: Value = serde_json::from_slice(body).expect("JSON");
    let spans = value.as_array().expect("a list");
    let id = |span: &Value, name: &str, lengths: &[usize]| {
        let id = span[name].as_str().expect(name).to_owned();
        assert!(lengths.contains(&id.len()), "{name}: {id}");
        assert!(id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{name}: {id}");
        assert!(id.bytes().any(|byte| byte != b'0'), "{name}: {id}");
        id
    };
    let check = |span: &Value| {
        if !span["parentId"].is_null() {
            id(span, "parentId", &[16]);
        }
        assert!(["SERVER", "CLIENT"].contains(&span["kind"].as_str().expect("a kind")));
        assert!(span["name"].as_str().is_some_and(|name| !name.is_empty()));
        assert!(span["timestamp"].is_u64() || span["timestamp"].is_null(), "{span}");
        assert!(span["duration"].is_null() || span["duration"].as_u64().is_some_and(|it| it > 0));
        if let Some(tags) = span["tags"].as_object() {
            assert!(tags.values().all(Value::is_string), "{span}");
        }
        id(span, "traceId", &[16, 32]) + &id(span, "id", &[16])
    };
    spans.iter().map(check).collect()
}
