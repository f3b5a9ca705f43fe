//! Access logs lead to traces: their lines have the ids of the spans, and say which were exported.

mod documented;
mod exported;
mod untouched;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use spanmesh_harness::ReceivedSpan;

/// Trace id and span id, in lower-case hex.
pub type Ids = (String, String);

/// The ids of a span.
pub fn ids_of_span(span: &ReceivedSpan) -> Ids {
    (span.trace_id(), span.span_id())
}

/// The ids in a line.
pub fn ids_of_entry(entry: &Value) -> Ids {
    (text(entry, "trace_id"), text(entry, "span_id"))
}

/// A field of a line that is text.
pub fn text(entry: &Value, key: &str) -> String {
    let text = entry[key].as_str();
    text.unwrap_or_else(|| panic!("no {key} in {entry}")).to_owned()
}

/// Every line that says so leads to one span, no other does, and each span has its line.
#[track_caller]
pub fn join<'a>(
    entries: &'a [Value],
    spans: &'a [ReceivedSpan],
) -> Vec<(&'a Value, &'a ReceivedSpan)> {
    let by_ids: BTreeMap<Ids, &ReceivedSpan> =
        spans.iter().map(|span| (ids_of_span(span), span)).collect();
    let distinct: BTreeSet<Ids> = entries.iter().map(ids_of_entry).collect();
    assert_eq!((by_ids.len(), distinct.len()), (spans.len(), entries.len()), "all ids differ");
    let mut joined = Vec::new();
    for entry in entries {
        let span = by_ids.get(&ids_of_entry(entry));
        let expected = if span.is_some() { "true" } else { "false" };
        assert_eq!(text(entry, "sampled"), expected, "{entry}");
        joined.extend(span.map(|span| (entry, *span)));
    }
    assert_eq!(joined.len(), spans.len(), "each span has a line");
    for (entry, span) in &joined {
        let status = span.int_attr("http.response.status_code");
        assert_eq!(entry["status"].as_i64(), Some(status.unwrap_or_default()), "{entry}");
    }
    joined
}

/// What the documented format says, and the listener's name.
pub fn format(listener: &str) -> Value {
    let state = |name: &str| format!("%FILTER_STATE(wasm.spanmesh.{name}:PLAIN)%");
    json!({
        "listener": listener,
        "trace_id": state("trace_id"),
        "span_id": state("span_id"),
        "sampled": state("sampled"),
        "path": "%REQ(:PATH)%",
        "status": "%RESPONSE_CODE%",
    })
}
