//! What the tests of several formats need.

use super::{Decision, Edit, Field, Outgoing, Propagator, Reading};
use crate::header_map::serialise;
use crate::ids::{SpanId, TraceId};
use crate::request_head::RequestHead;
use crate::span_context::{SpanContext, TraceFlags};
use crate::trace_state::TraceState;
use crate::trust::Crossing;

/// The ids of most tables.
pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
/// The lower half of [`TRACE`].
pub const SHORT_TRACE: &str = "a3ce929d0e0e4736";
pub const SPAN: &str = "00f067aa0ba902b7";

/// Header fields as a propagator finds them.
pub fn head(propagator: Propagator, pairs: &[(&str, &str)]) -> RequestHead {
    let pairs = pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    RequestHead::noticing([propagator].into_iter().collect(), serialise(pairs))
}

/// What is read of this trace (32 or 16 digits) and span (16, or none).
pub fn reading(trace: &str, span: &str, decision: Decision) -> Reading {
    let trace_id = TraceId::from_short_hex(trace.as_bytes());
    assert!(trace_id.is_some(), "{trace}");
    Reading { trace_id, span_id: SpanId::from_hex(span.as_bytes()), decision }
}

/// What is read of a decision without ids.
pub fn wish(decision: Decision) -> Reading {
    Reading { decision, ..Reading::default() }
}

/// A span of [`SPAN`] in this trace.
pub fn context(trace: &str, sampled: bool) -> SpanContext {
    SpanContext {
        trace_id: TraceId::from_short_hex(trace.as_bytes()).unwrap(),
        span_id: SpanId::from_hex(SPAN.as_bytes()).unwrap(),
        flags: TraceFlags::default().with_sampled(sampled),
        trace_state: TraceState::default(),
    }
}

/// What is told within the mesh of a span.
pub fn outgoing<'a>(context: &'a SpanContext, head: Option<&'a RequestHead>) -> Outgoing<'a> {
    let (trace_state, crossing) = (Edit::Leave, Crossing::Within);
    Outgoing { context, debug: false, trace_state, crossing, head }
}

/// The fields that a format writes, one a line.
pub fn written(inject: impl FnOnce(&mut dyn FnMut(Field, &[u8]))) -> String {
    let mut lines = Vec::new();
    inject(&mut |field, value| {
        lines.push(format!("{}: {}", field.name(), str::from_utf8(value).unwrap()));
    });
    lines.join("\n")
}
