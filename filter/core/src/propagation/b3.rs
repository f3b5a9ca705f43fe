//! B3 (openzipkin/b3-propagation): one header, or one for each part.
//!
//! ```text
//! b3 = trace-id "-" span-id [ "-" state [ "-" parent-span-id ] ]   ; or a state alone
//! trace-id = 32HEXDIGLC / 16HEXDIGLC
//! state    = "0" / "1" / "d"                                       ; deny, accept, debug
//! ```
//!
//! The single header is preferred; a malformed one gives way to the others. Without a state the
//! decision is left to the receiver. A debug mark (`d`, or `x-b3-flags: 1`) implies acceptance.
//! A parent span id is checked and not used; it is never written (OpenTelemetry's api-propagators).
//! An id whose upper half is zero is one of 64 bits and is written in 16 digits, as it came.

use super::{Decision, Extraction, Field, Malformed, Outgoing, Reading, sampled, value};
use crate::ids::{SpanId, TraceId};
use crate::request_head::RequestHead;

/// Reads either form.
pub fn extract(head: &RequestHead) -> Extraction {
    match value(head, Field::B3).map(parse_single) {
        Some(Some(reading)) => Ok(Some(reading)),
        single => match extract_multi(head) {
            Ok(None) if single.is_some() => Err(Malformed),
            multi => multi,
        },
    }
}

/// Reads the value of the single header; `None` when it breaks the grammar.
pub fn parse_single(value: &[u8]) -> Option<Reading> {
    if let Some(decision) = state(value) {
        return Some(Reading { decision, ..Reading::default() });
    }
    let mut parts = value.split(|&b| b == b'-');
    let trace_id = TraceId::from_short_hex(parts.next()?)?;
    let span_id = SpanId::from_hex(parts.next()?)?;
    let decision = match parts.next() {
        Some(part) => state(part)?,
        None => Decision::Deferred,
    };
    if let Some(parent_span_id) = parts.next() {
        SpanId::from_hex(parent_span_id)?;
    }
    let is_over = parts.next().is_none();
    is_over.then_some(Reading { trace_id: Some(trace_id), span_id: Some(span_id), decision })
}

fn state(text: &[u8]) -> Option<Decision> {
    match text {
        b"0" => Some(Decision::NotSampled),
        b"1" => Some(Decision::Sampled),
        b"d" => Some(Decision::Debug),
        _ => None,
    }
}

fn extract_multi(head: &RequestHead) -> Extraction {
    let decision = match value(head, Field::B3Sampled) {
        Some(text) => sampled(text).ok_or(Malformed)?,
        None => Decision::Deferred,
    };
    // Other flags mean nothing.
    let is_debug = value(head, Field::B3Flags) == Some(b"1");
    let decision = if is_debug { Decision::Debug } else { decision };
    let [trace_id, span_id, parent_span_id] =
        [Field::B3TraceId, Field::B3SpanId, Field::B3ParentSpanId].map(|field| value(head, field));
    let (trace_id, span_id) = match (trace_id, span_id) {
        (Some(trace_id), Some(span_id)) => {
            (TraceId::from_short_hex(trace_id), SpanId::from_hex(span_id))
        }
        (None, None) if parent_span_id.is_some() => return Err(Malformed),
        (None, None) if decision == Decision::Deferred => return Ok(None),
        (None, None) => return Ok(Some(Reading { decision, ..Reading::default() })),
        _ => return Err(Malformed),
    };
    let parent_is_good = parent_span_id.is_none_or(|parent| SpanId::from_hex(parent).is_some());
    if trace_id.is_none() || span_id.is_none() || !parent_is_good {
        return Err(Malformed);
    }
    Ok(Some(Reading { trace_id, span_id, decision }))
}

/// Writes the single header.
pub fn inject_single(outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
    let mut value = outgoing.context.trace_id.to_short_hex();
    value.push(b'-');
    value.extend_from_slice(&outgoing.context.span_id.to_hex());
    let state = match outgoing.context.flags.is_sampled() {
        true if outgoing.debug => b"-d",
        true => b"-1",
        false => b"-0",
    };
    value.extend_from_slice(state);
    set(Field::B3, &value);
}

/// Writes one header for each part.
pub fn inject_multi(outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
    let context = outgoing.context;
    set(Field::B3TraceId, &context.trace_id.to_short_hex());
    set(Field::B3SpanId, &context.span_id.to_hex());
    match context.flags.is_sampled() {
        true if outgoing.debug => set(Field::B3Flags, b"1"),
        true => set(Field::B3Sampled, b"1"),
        false => set(Field::B3Sampled, b"0"),
    }
}

#[cfg(test)]
mod tests;
