//! Datadog (DataDog/dd-trace-rs and dd-trace-go, the `datadog` and `tracecontext` propagators).
//!
//! ```text
//! x-datadog-trace-id  = 1*DIGIT                     ; the lower half of the trace id
//! x-datadog-parent-id = 1*DIGIT                     ; the caller's span; 0 and none: no span
//! x-datadog-sampling-priority = [ "-" ] 1*3DIGIT    ; above zero: keep (2: a user's wish)
//! x-datadog-origin    = *CHAR                       ; where the trace began, as "synthetics"
//! x-datadog-tags      = tag *( "," tag )            ; at most 512 bytes, or else none is read
//! tag = "_dd.p." key "=" value                      ; of the trace; others go no further
//! _dd.p.tid = 16HEXDIGLC                            ; the upper half of the trace id
//! ```
//!
//! A priority that is none leaves the decision to the receiver, as none does, and a `tid` that is
//! none leaves an id of 64 bits. Origin, priority and tags also travel in `tracestate` ([`member`]),
//! and where the trace came that way they are taken from there.

use super::{Decision, Extraction, Field, Malformed, Outgoing, Reading, value};
use crate::ids::{SpanId, TraceId, decode};
use crate::request_head::RequestHead;

mod inherited;

pub use inherited::{DD, member};
use inherited::{HEADER, Inherited, keeps};

/// Longest value of `x-datadog-tags`, in bytes: the default of Datadog's tracers.
const MAX_TAGS: usize = 512;

/// Reads the caller's context.
pub fn extract(head: &RequestHead) -> Extraction {
    let Some(trace_id) = value(head, Field::DatadogTraceId) else { return Ok(None) };
    let low = decimal(trace_id).filter(|&low| low != 0).ok_or(Malformed)?;
    let tid =
        tags(head).split(|&byte| byte == b',').find_map(|tag| tag.strip_prefix(b"_dd.p.tid="));
    let high = u64::from_be_bytes(tid.and_then(decode).unwrap_or_default());
    let trace_id = TraceId::from_bytes((u128::from(high) << 64 | u128::from(low)).to_be_bytes());
    let span_id = match value(head, Field::DatadogParentId) {
        Some(parent_id) => decimal(parent_id).ok_or(Malformed)?,
        None => 0,
    };
    let priority = value(head, Field::DatadogSamplingPriority).and_then(keeps);
    let decision = priority.map_or(Decision::Deferred, Decision::from_flag);
    Ok(Some(Reading { trace_id, span_id: SpanId::from_bytes(span_id.to_be_bytes()), decision }))
}

/// Writes the fields, unless the lower half of the trace id is zero.
pub fn inject(outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
    let context = outgoing.context;
    let (high, low) = (context.trace_id.high_half(), context.trace_id.low_half());
    if low == 0 {
        return;
    }
    let span_id = u64::from_be_bytes(*context.span_id.as_bytes());
    set(Field::DatadogTraceId, low.to_string().as_bytes());
    set(Field::DatadogParentId, span_id.to_string().as_bytes());
    let inherited = Inherited::of(outgoing);
    let priority = inherited.as_ref().and_then(|inherited| inherited.priority(outgoing));
    set(Field::DatadogSamplingPriority, priority.unwrap_or(own_priority(outgoing)));
    let mut tags = Vec::new();
    if high != 0 {
        let trace_id = context.trace_id.to_hex();
        tags.extend_from_slice(b"_dd.p.tid=");
        tags.extend_from_slice(trace_id.split_at(16).0);
    }
    if let Some(inherited) = inherited {
        if let Some(origin) = inherited.origin() {
            set(Field::DatadogOrigin, &origin);
        }
        inherited.write_tags(outgoing, &HEADER, MAX_TAGS, &mut tags);
    }
    if !tags.is_empty() {
        set(Field::DatadogTags, &tags);
    }
}

/// The priority that this hop's own decision has: drop, keep, or the wish of a user.
fn own_priority(outgoing: &Outgoing<'_>) -> &'static [u8] {
    match outgoing.context.flags.is_sampled() {
        true if outgoing.debug => b"2",
        true => b"1",
        false => b"0",
    }
}

/// The tags that arrived, unless there are too many.
fn tags(head: &RequestHead) -> &[u8] {
    let tags = value(head, Field::DatadogTags);
    tags.filter(|tags| tags.len() <= MAX_TAGS).unwrap_or_default()
}

fn decimal(digits: &[u8]) -> Option<u64> {
    let digit = |byte| char::from(byte).to_digit(10).map(u64::from);
    digits.iter().try_fold(0_u64, |sum, &byte| sum.checked_mul(10)?.checked_add(digit(byte)?))
}

#[cfg(test)]
mod tests;
