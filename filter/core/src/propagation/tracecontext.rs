//! W3C Trace Context level 2: the `traceparent` header.
//!
//! ```text
//! traceparent = version "-" trace-id "-" parent-id "-" flags     ; offsets 2, 35 and 52 are "-"
//! version     = 2HEXDIGLC     ; ff is forbidden
//! ```
//!
//! Version 00 is exactly 55 bytes. A higher version may be longer when byte 56 is a dash; what
//! follows is ignored and the header is written as version 00 (section 4.3). Anything else that
//! breaks the grammar, and a field that arrives twice, starts a new trace.

use super::{Decision, Extracted, RemoteParent};
use crate::ids::{SpanId, TraceId, decode};
use crate::request_head::RequestHead;
use crate::span_context::{SpanContext, TraceFlags};
use crate::trace_state::{TraceState, trim_ows};

/// Name of the header.
pub const TRACEPARENT: &str = "traceparent";
/// Name of the companion that carries vendor lists.
pub const TRACESTATE: &str = "tracestate";
/// Length of a version 00 header.
pub const TRACEPARENT_LENGTH: usize = 55;

/// Reads the caller's context from the header list.
pub fn extract(head: &RequestHead) -> Extracted {
    let parsed = head.traceparent().and_then(parse);
    let Some((trace_id, span_id, flags)) = parsed else {
        return Extracted {
            invalid_parent: head.traceparent_count() > 0,
            drop_trace_state: head.has_tracestate(),
            ..Extracted::default()
        };
    };
    let trace_state = TraceState::parse(head.tracestates());
    let invalid = trace_state.is_err();
    let trace_state = trace_state.unwrap_or_default();
    let is_as_written = |value| value == print_parts(trace_id, span_id, flags);
    Extracted {
        canonical: !flags.is_sampled() && head.traceparent().is_some_and(is_as_written),
        decision: Decision::from_flag(flags.is_sampled()),
        // A list without members is not worth sending on (section 3.3.1.1).
        drop_trace_state: head.has_tracestate() && trace_state.is_empty(),
        invalid_trace_state: invalid,
        parent: Some(RemoteParent { trace_id, span_id: Some(span_id), flags, trace_state }),
        invalid_parent: false,
    }
}

/// Reads one `traceparent` value; `None` when it breaks the grammar.
pub fn parse(value: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let (fields, rest) = trim_ows(value).split_first_chunk::<TRACEPARENT_LENGTH>()?;
    let [v0, v1, b'-', rest_of_fields @ ..] = fields else { return None };
    let [version] = decode(&[*v0, *v1])?;
    match (version, rest) {
        (0xff, _) => return None,
        (_, []) => {}
        (1.., [b'-', ..]) => {}
        _ => return None,
    }
    let (trace_id, after) = rest_of_fields.split_first_chunk::<32>()?;
    let [b'-', after @ ..] = after else { return None };
    let (span_id, after) = after.split_first_chunk::<16>()?;
    let [b'-', f0, f1] = after else { return None };
    let [flags] = decode(&[*f0, *f1])?;
    Some((TraceId::from_hex(trace_id)?, SpanId::from_hex(span_id)?, TraceFlags::from_wire(flags)))
}

/// Writes a version 00 header value.
pub fn print(context: &SpanContext) -> [u8; TRACEPARENT_LENGTH] {
    print_parts(context.trace_id, context.span_id, context.flags)
}

fn print_parts(trace_id: TraceId, span_id: SpanId, flags: TraceFlags) -> [u8; TRACEPARENT_LENGTH] {
    let mut out = *b"00-00000000000000000000000000000000-0000000000000000-00";
    let parts: [(usize, &[u8]); 3] =
        [(3, trace_id.as_bytes()), (36, span_id.as_bytes()), (53, &[flags.to_wire()])];
    for (offset, bytes) in parts {
        if let Some(target) = out.get_mut(offset..offset + 2 * bytes.len()) {
            // Cannot fail: the target is twice as long as the bytes.
            let _ = hex::encode_to_slice(bytes, target);
        }
    }
    out
}

#[cfg(test)]
mod tests;
