//! What every span must have, whatever it is of: ids, flags, times (opentelemetry-proto v1.11.0,
//! `trace/v1/trace.proto`; W3C Trace Context level 2).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Link, SpanKind};

use super::rule::{Rule, Violation};

/// Bits of `flags`: W3C's sampled and random, and the parent's remoteness.
const SAMPLED: u32 = 0x01;
const KNOWN: u32 = 0x03 | HAS_IS_REMOTE | IS_REMOTE;
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// How much clocks of one machine may differ.
const TOLERANCE: Duration = Duration::from_secs(5);

pub(super) fn check(span: &Span, found: &mut Vec<Violation>) {
    let mut complain = |rule, subject: &str, what: String| {
        found.push(Violation::new(rule, subject, what));
    };
    if !is_id(&span.trace_id, 16) {
        complain(Rule::Ids, "trace_id", format!("{:02x?}", span.trace_id));
    }
    if !is_id(&span.span_id, 8) {
        complain(Rule::Ids, "span_id", format!("{:02x?}", span.span_id));
    }
    let parent = &span.parent_span_id;
    if !parent.is_empty() && (!is_id(parent, 8) || *parent == span.span_id) {
        complain(Rule::Parent, "parent_span_id", format!("{parent:02x?}"));
    }
    let remote = if parent.is_empty() { 0 } else { IS_REMOTE };
    if span.flags & !0x02 != SAMPLED | HAS_IS_REMOTE | remote {
        complain(Rule::Flags, "flags", format!("{:#x}", span.flags));
    }
    if let Some(fault) = trace_state_fault(&span.trace_state) {
        complain(Rule::TraceState, "trace_state", fault);
    }
    let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
    if start == 0 || end < start || end > latest() {
        complain(Rule::Times, "end_time_unix_nano", format!("from {start} to {end}"));
    }
    if !matches!(span.kind(), SpanKind::Server | SpanKind::Client) {
        complain(Rule::Kind, "kind", format!("{}", span.kind));
    }
    if !span.events.is_empty() || span.dropped_events_count + span.dropped_links_count > 0 {
        complain(Rule::Dropped, "events", "spanmesh has no events and drops no links".into());
    }
    if span.dropped_attributes_count > 0 {
        let what = format!("{} attributes", span.dropped_attributes_count);
        complain(Rule::Dropped, "dropped_attributes_count", what);
    }
    for fault in span.links.iter().filter_map(link_fault) {
        complain(Rule::Links, "links", fault);
    }
}

fn latest() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970") + TOLERANCE;
    u64::try_from(now.as_nanos()).expect("before 2554")
}

fn is_id(bytes: &[u8], length: usize) -> bool {
    bytes.len() == length && bytes.iter().any(|byte| *byte != 0)
}

fn link_fault(link: &Link) -> Option<String> {
    if !is_id(&link.trace_id, 16) || !is_id(&link.span_id, 8) {
        Some(format!("ids {:02x?} {:02x?}", link.trace_id, link.span_id))
    } else if link.flags & !KNOWN != 0 || link.flags & HAS_IS_REMOTE == 0 {
        Some(format!("flags {:#x}", link.flags))
    } else if !link.attributes.is_empty() || link.dropped_attributes_count > 0 {
        Some("attributes".to_owned())
    } else {
        trace_state_fault(&link.trace_state)
    }
}

/// `tracestate` of level 2, sections 3.3.1 and 3.3.2; empty when there is none.
fn trace_state_fault(list: &str) -> Option<String> {
    if list.is_empty() {
        return None;
    }
    let members: Vec<&str> =
        list.split(',').map(|member| member.trim_matches([' ', '\t'])).collect();
    let members: Vec<&str> = members.into_iter().filter(|member| !member.is_empty()).collect();
    if members.len() > 32 {
        return Some(format!("{} members", members.len()));
    }
    let mut keys = std::collections::BTreeSet::new();
    members.into_iter().find_map(|member| {
        let (key, value) = member.split_once('=').unwrap_or((member, ""));
        let is_good = is_key(key) && is_value(value) && keys.insert(key);
        (!is_good).then(|| format!("member {member:?}"))
    })
}

fn is_key(key: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_rest = |byte: u8| is_first(byte) || b"_-*/@".contains(&byte);
    let bytes = key.as_bytes();
    bytes.first().copied().is_some_and(is_first)
        && bytes.len() <= 256
        && bytes.iter().copied().all(is_rest)
}

fn is_value(value: &str) -> bool {
    let is_good = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b',' && byte != b'=';
    (1..=256).contains(&value.len()) && value.bytes().all(is_good) && !value.ends_with(' ')
}
