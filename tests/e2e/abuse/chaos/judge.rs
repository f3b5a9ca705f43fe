//! Whether the filter changed or failed anything: both ends know what the other one sent.

use spanmesh_harness::SpanKey;

use super::book::Book;
use super::context::{Context, is_context};
use super::plan::{Client, Plan, Upstream};
use super::wire::{Body, Fields, Head};

/// What Envoy itself adds to requests and answers, and how it frames them.
const OF_ENVOY: [&str; 9] = [
    "connection",
    "content-length",
    "date",
    "server",
    "transfer-encoding",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-upstream-service-time",
    "x-forwarded-proto",
    "x-request-id",
];

/// Judges a request as it came to the upstream.
pub fn request(book: &Book, plan: &Plan, head: &Head, body: &Body) {
    let wrong = |what: &str, found: String, sent: String| {
        book.problem(format!("request {}: {what}: {found}, not {sent}", plan.number));
    };
    let start = format!("{} {} HTTP/1.1", plan.method, plan.target);
    if head.start != start {
        wrong("its first line", head.start.clone(), start);
    }
    if head.value("host") != Some(plan.host) {
        wrong("its host", format!("{:?}", head.value("host")), plan.host.to_owned());
    }
    let (found, sent) = (plain(&head.fields), plain(&plan.fields));
    let found: Fields = found.into_iter().filter(|(name, _)| name != "host").collect();
    if found != sent {
        wrong("its fields", shown(&found), shown(&sent));
    }
    let sent = plan.body.as_ref().map_or(&[][..], |(bytes, _)| bytes);
    // Of a client that goes away there may be less.
    let whole = body.complete || plan.client == Client::Proper;
    if if whole { body.bytes != sent } else { !sent.starts_with(&body.bytes) } {
        wrong("its body", format!("{} bytes", body.bytes.len()), format!("these {}", sent.len()));
    }
    let trace = match traceparent(head) {
        Some((key, sampled)) => {
            if let Context::Good { trace_id, parent_id, sampled: wanted } = &plan.context
                && (key.trace_id != *trace_id
                    || sampled != *wanted
                    || (sampled && key.span_id == *parent_id))
            {
                wrong("its trace", format!("{key:?} {sampled}"), format!("{:?}", plan.context));
            }
            Some((key, sampled))
        }
        None => {
            let values: Vec<_> = head.values("traceparent").map(String::from_utf8_lossy).collect();
            wrong("its traceparent", format!("{values:?}"), "a good one".to_owned());
            None
        }
    };
    book.note(plan.number, |page| {
        page.arrivals += 1;
        page.trace = trace;
    });
}

/// Judges the answer that a proper client got, if it got one.
pub fn answer(book: &Book, plan: &Plan, answer: Option<(Head, Body)>) {
    let wrong = |what: String| {
        book.problem(format!("answer {} of {:?}: {what}", plan.number, plan.upstream))
    };
    let Some((head, body)) = answer else { return wrong("there is none".to_owned()) };
    // What Envoy answers itself, to calls of gRPC in their terms.
    let failed = || {
        let is_told = head.status() == 503 || head.value("grpc-status") == Some("14");
        is_told && body.complete && head.value("x-answer").is_none()
    };
    match plan.upstream {
        Upstream::Resets | Upstream::Closes => {
            if !failed() {
                wrong(format!("{} {}", head.start, shown(&head.fields)));
            }
            return;
        }
        // The reset may overtake the beginning.
        Upstream::ResetsMidBody if failed() => return,
        _ => {}
    }
    if head.status() != plan.answer.status {
        wrong(format!("{}, not {}", head.start, plan.answer.status));
    }
    let (found, sent) = (plain(&head.fields), plain(&plan.answer.fields));
    if found != sent {
        wrong(format!("{}, not {}", shown(&found), shown(&sent)));
    }
    let cut = matches!(plan.upstream, Upstream::Truncates | Upstream::ResetsMidBody);
    let sent = &plan.answer.body;
    let is_as_sent = if cut {
        !body.complete && sent.starts_with(&body.bytes)
    } else {
        body.complete && body.bytes == *sent
    };
    if !is_as_sent {
        let (bytes, complete) = (body.bytes.len(), body.complete);
        wrong(format!("{bytes} bytes (complete: {complete}), not these {}", sent.len()));
    }
}

/// The only `traceparent`, if it is a good one.
fn traceparent(head: &Head) -> Option<(SpanKey, bool)> {
    let mut values = head.values("traceparent");
    let (value, None) = (values.next()?, values.next()) else { return None };
    let parts: Vec<&str> = str::from_utf8(value).ok()?.split('-').collect();
    let ["00", trace_id, span_id, flags] = parts[..] else { return None };
    let is_id = |id: &str, length: usize| {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        id.len() == length && id.bytes().all(is_hex) && id.bytes().any(|byte| byte != b'0')
    };
    let flags = u8::from_str_radix(flags, 16).ok()?;
    let good = is_id(trace_id, 32) && is_id(span_id, 16);
    good.then(|| (SpanKey::new(trace_id.to_owned(), span_id.to_owned()), flags & 1 == 1))
}

/// The fields that nobody but their sender has a say in.
fn plain(fields: &Fields) -> Fields {
    let lower = fields.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    lower.filter(|(name, _)| !is_context(name) && !OF_ENVOY.contains(&name.as_str())).collect()
}

fn shown(fields: &Fields) -> String {
    let show = |(name, value): &(String, Vec<u8>)| {
        format!("{name}: {}", String::from_utf8_lossy(&value[..value.len().min(80)]))
    };
    fields.iter().map(show).collect::<Vec<_>>().join("; ")
}
