//! What must hold whatever happens.

use spanmesh_core::propagation::{Field, Propagator, PropagatorSet};
use spanmesh_fakehost::{Headers, Host};

use super::configuration::MAX_QUEUE;

/// A wish for a trace, which strangers are not told.
const OF_REQUESTS: [&[u8]; 1] = [b"x-trace-force"];
/// Fields that answers may gain or lose.
const OF_ANSWERS: [&[u8]; 5] =
    [b"traceresponse", b"server-timing", b"x-trace-id", b"x-spanmesh-kept", b"x-kept-here"];

/// created = delivered + dropped + queued, as the filter's statistics say after each report; and the
/// queue keeps its bounds. `lost`: spans of VMs that were deleted without a word.
pub fn account(host: &Host, roots: usize, lost: i64) {
    if host.faults.statistics_incomplete {
        return;
    }
    let statistics = &host.statistics;
    let [created, delivered, queued] = ["created", "delivered", "queued"]
        .map(|name| statistics.get(&format!("spanmesh_spans_{name}")));
    let dropped = statistics.sum("spanmesh_spans_dropped_");
    assert_eq!(created, delivered + dropped + queued, "{statistics:?}");
    let left = host.shared.spans_left();
    let roots = i64::try_from(roots).expect("few");
    assert!(queued >= 0, "{queued} spans are queued");
    assert!(queued <= left + lost + 2 * MAX_QUEUE * roots, "{queued} spans, {left} of them left");
}

/// A request leaves as it came, but for trace context.
pub fn request_untouched(before: &Headers, after: &Headers) {
    assert_eq!(without_context(before, &OF_REQUESTS), without_context(after, &OF_REQUESTS));
}

/// An answer leaves as it came, but for trace context and what tells of it.
pub fn answer_untouched(before: &Headers, after: &Headers) {
    assert_eq!(without_context(before, &OF_ANSWERS), without_context(after, &OF_ANSWERS));
}

fn without_context<'a>(headers: &'a Headers, but: &[&[u8]]) -> Vec<&'a (Vec<u8>, Vec<u8>)> {
    let all = Propagator::ALL.into_iter().fold(PropagatorSet::default(), PropagatorSet::with);
    let is_context = |name: &[u8]| {
        let is_w3c = name == b"traceparent" || name == b"tracestate";
        is_w3c || Field::of(name, all).is_some() || but.contains(&name)
    };
    headers.0.iter().filter(|(name, _)| !is_context(name)).collect()
}

/// What leaves in a plain mesh: the caller's trace goes on, and a field that was written is by the
/// grammar. Returns whether this hop has a span of its own that is sampled.
pub fn context_told(before: &Headers, after: &Headers) -> bool {
    let (came, leaves) = (before.all(b"traceparent"), after.all(b"traceparent"));
    if came == leaves {
        return false;
    }
    let [told] = leaves.as_slice() else { panic!("{before:?} {after:?}") };
    let parts = parts(told).unwrap_or_else(|| panic!("{told:?}"));
    if let [came] = came.as_slice()
        && came.starts_with(b"00-")
        && let Some(caller) = self::parts(came)
    {
        assert_eq!(parts.0, caller.0, "the trace goes on");
        assert_ne!(parts.1, caller.1, "by a span of our own");
    }
    parts.2 & 1 == 1
}

/// Trace id, span id and flags of a `traceparent` of version 00, by the letter.
fn parts(value: &[u8]) -> Option<(&[u8], &[u8], u8)> {
    let fields: Vec<&[u8]> = value.split(|&byte| byte == b'-').collect();
    let [b"00", trace_id, span_id, flags] = fields.as_slice() else { return None };
    let is_hex = |text: &[u8], length: usize| {
        let mut bytes = text.iter();
        text.len() == length && bytes.all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_id = |text: &[u8], length| is_hex(text, length) && text.iter().any(|&it| it != b'0');
    if !is_id(trace_id, 32) || !is_id(span_id, 16) || !is_hex(flags, 2) {
        return None;
    }
    let flags = u8::from_str_radix(str::from_utf8(flags).ok()?, 16).ok()?;
    Some((trace_id, span_id, flags))
}
