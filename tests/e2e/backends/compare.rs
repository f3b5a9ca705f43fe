//! Spans made comparable: what differs from run to run is checked for sense and taken out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::traffic::{CALL, COUNT, KNOWN_TRACE, PAGE, PAGE_DURATION, SHORT_TRACE, Traffic};

/// Spans without what differs from run to run, by the requests that they are of.
pub type Spans = BTreeMap<String, Value>;

/// A span as it is told by a backend.
#[derive(Debug)]
pub struct Told {
    /// What names its request.
    pub case: String,
    pub trace_id: String,
    pub span_id: String,
    /// Empty for a root.
    pub parent_span_id: String,
    /// In nanoseconds since the Unix epoch.
    pub start: u64,
    /// In nanoseconds.
    pub duration: u64,
    /// Everything else, an object.
    pub rest: Value,
}

/// The spans of the whole traffic, comparable.
#[track_caller]
pub fn comparable(told: Vec<Told>, traffic: &Traffic) -> Spans {
    let cases: Vec<&str> = told.iter().map(|span| span.case.as_str()).collect();
    assert_eq!(cases.len(), COUNT, "{cases:#?}");
    comparable_part(told, traffic)
}

/// Some spans, comparable; the page and its call are among them. Into the rest of each go `trace`,
/// which is `new` where it is not the caller's, and `parent`, another span's case if it is one of
/// these.
#[track_caller]
pub fn comparable_part(told: Vec<Told>, traffic: &Traffic) -> Spans {
    check_ids(&told, traffic);
    check_times(&told, traffic);
    let cases: BTreeMap<String, String> =
        told.iter().map(|span| (span.span_id.clone(), span.case.clone())).collect();
    let mut spans = Spans::new();
    for Told { case, trace_id, parent_span_id, mut rest, .. } in told {
        let is_known = trace_id.starts_with(KNOWN_TRACE) || whole(&trace_id) == SHORT_TRACE;
        rest["trace"] = if is_known { json!(trace_id) } else { json!("new") };
        rest["parent"] = match cases.get(&parent_span_id) {
            Some(case) => json!({"span of": case}),
            None => json!(parent_span_id),
        };
        let twice = spans.insert(case.clone(), rest);
        assert_eq!(twice, None, "two spans of {case}");
    }
    spans
}

fn check_ids(told: &[Told], traffic: &Traffic) {
    let ids: BTreeSet<&String> = told.iter().map(|span| &span.span_id).collect();
    assert_eq!(ids.len(), told.len(), "each span has an id of its own");
    let is_id = |id: &&String| id.len() == 16 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    assert!(ids.iter().all(is_id), "{ids:?}");
    for span in told {
        let is_told = traffic.traces.contains_key(whole(&span.trace_id));
        assert!(is_told, "nobody was told of this trace: {span:#?}");
    }
}

/// A trace id with the zeros in front.
fn whole(trace_id: &str) -> &str {
    if trace_id == &SHORT_TRACE[16..] { SHORT_TRACE } else { trace_id }
}

fn check_times(told: &[Told], traffic: &Traffic) {
    let end = |span: &Told| span.start + span.duration;
    for span in told {
        // Backends round down to microseconds.
        assert!(
            span.start >= traffic.begin / 1_000 * 1_000 && end(span) <= traffic.end,
            "{span:#?}"
        );
    }
    let find = |case: &str| told.iter().find(|span| span.case == case);
    let (page, call) = (find(PAGE).unwrap(), find(CALL).unwrap());
    assert!(u128::from(page.duration) >= PAGE_DURATION.as_nanos(), "{page:#?}");
    assert!(call.start >= page.start && end(call) <= end(page), "{page:#?}\n{call:#?}");
}

/// Takes a port, be it a number or text, out of its place: it differs from run to run.
#[track_caller]
pub fn take_port(place: &mut Value) {
    let number = match &*place {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    assert!(number.is_some_and(|port| (1..=65_535).contains(&port)), "no port: {place}");
    *place = json!("a port");
}

/// Panics with every difference if there is any.
#[track_caller]
pub fn assert_same(found: &Spans, expected: &Spans, what: &str) {
    let mut differences = Vec::new();
    let (found, expected) = (json!(found), json!(expected));
    collect("", &found, &expected, &mut differences);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}

fn collect(at: &str, found: &Value, expected: &Value, differences: &mut Vec<String>) {
    if let (Value::Object(found), Value::Object(expected)) = (found, expected) {
        let keys: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
        for key in keys {
            let at = format!("{at} › {key}");
            match (found.get(key), expected.get(key)) {
                (Some(found), Some(expected)) => collect(&at, found, expected, differences),
                (found, _) => differences.push(match found {
                    Some(found) => format!("{at}: not expected: {found}"),
                    None => format!("{at}: missing: {}", expected[key]),
                }),
            }
        }
    } else if found != expected {
        differences.push(format!("{at}: found {found}, expected {expected}"));
    }
}
