//! Jaeger (jaegertracing.io, "Client libraries: propagation format").
//!
//! ```text
//! uber-trace-id  = trace-id ":" span-id ":" parent-span-id ":" flags  ; ":" may come as "%3A"
//! trace-id       = 1*32HEXDIG     ; zeros in front may be missing
//! span-id        = 1*16HEXDIG
//! parent-span-id = *CHAR          ; deprecated: not read, and written as "0"
//! flags          = 1*HEXDIG       ; bit 0: sampled, bit 1: debug, if sampled; others are ignored
//! jaeger-debug-id = *CHAR         ; with no uber-trace-id: a trace to be debugged
//! ```
//!
//! Written as Jaeger's own clients do: ids of 16 or 32 digits, flags of one.

use super::{Decision, Extraction, Field, Malformed, Outgoing, Reading, value};
use crate::ids::{SpanId, TraceId};
use crate::request_head::RequestHead;

/// Reads the caller's context, or the wish for a debug trace.
pub fn extract(head: &RequestHead) -> Extraction {
    match value(head, Field::UberTraceId) {
        Some(value) => parse(value).map(Some).ok_or(Malformed),
        None => Ok(value(head, Field::JaegerDebugId)
            .map(|_| Reading { decision: Decision::Debug, ..Reading::default() })),
    }
}

fn parse(value: &[u8]) -> Option<Reading> {
    let mut rest = value;
    let trace_id = TraceId::from_unpadded_hex(next_part(&mut rest)?)?;
    let span_id = SpanId::from_unpadded_hex(next_part(&mut rest)?)?;
    let _parent_span_id = next_part(&mut rest)?;
    // Further colons are no digits of the last part.
    let last_flags =
        rest.iter().try_fold(None, |_, &digit| char::from(digit).to_digit(16).map(Some))??;
    let decision = match (last_flags & 1 != 0, last_flags & 2 != 0) {
        (false, _) => Decision::NotSampled,
        (true, false) => Decision::Sampled,
        (true, true) => Decision::Debug,
    };
    Some(Reading { trace_id: Some(trace_id), span_id: Some(span_id), decision })
}

/// Takes what stands before the next colon.
fn next_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|&byte| matches!(byte, b':' | b'%'))?;
    let (part, separator) = rest.split_at_checked(end)?;
    *rest = match separator {
        [b':', rest @ ..] | [b'%', b'3', b'A' | b'a', rest @ ..] => rest,
        _ => return None,
    };
    Some(part)
}

/// Writes `uber-trace-id`.
pub fn inject(outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
    let mut value = outgoing.context.trace_id.to_short_hex();
    value.push(b':');
    value.extend_from_slice(&outgoing.context.span_id.to_hex());
    let rest = match outgoing.context.flags.is_sampled() {
        true if outgoing.debug => b":0:3",
        true => b":0:1",
        false => b":0:0",
    };
    value.extend_from_slice(rest);
    set(Field::UberTraceId, &value);
}

#[cfg(test)]
mod tests;
