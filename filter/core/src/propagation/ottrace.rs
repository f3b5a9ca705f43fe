//! OpenTracing's basic tracers and LightStep's (opentracing/basictracer-go, propagation_ot.go).
//!
//! ```text
//! ot-tracer-traceid = 1*32HEXDIG    ; zeros in front may be missing
//! ot-tracer-spanid  = 1*16HEXDIG
//! ot-tracer-sampled = "true" / "false" / "1" / "0"
//! ```
//!
//! Such systems have trace ids of 64 bits: 16 digits are written, the lower half. With no state,
//! or one that is none of these, the decision is left to the receiver.

use super::{Decision, Extraction, Field, Malformed, Outgoing, Reading, sampled, value};
use crate::ids::{SpanId, TraceId};
use crate::request_head::RequestHead;

/// Reads the caller's context.
pub fn extract(head: &RequestHead) -> Extraction {
    let (trace_id, span_id) = match (value(head, Field::OtTraceId), value(head, Field::OtSpanId)) {
        (Some(trace_id), Some(span_id)) => (trace_id, span_id),
        (None, None) => return Ok(None),
        _ => return Err(Malformed),
    };
    let trace_id = Some(TraceId::from_unpadded_hex(trace_id).ok_or(Malformed)?);
    let span_id = Some(SpanId::from_unpadded_hex(span_id).ok_or(Malformed)?);
    let decision = value(head, Field::OtSampled).and_then(sampled).unwrap_or(Decision::Deferred);
    Ok(Some(Reading { trace_id, span_id, decision }))
}

/// Writes the three fields, unless nothing is left of the trace id.
pub fn inject(outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
    if outgoing.context.trace_id.low_half() == 0 {
        return;
    }
    let trace_id = outgoing.context.trace_id.to_hex();
    let (_, low_half) = trace_id.split_at(16);
    let sampled: &[u8] = if outgoing.context.flags.is_sampled() { b"true" } else { b"false" };
    set(Field::OtTraceId, low_half);
    set(Field::OtSpanId, &outgoing.context.span_id.to_hex());
    set(Field::OtSampled, sampled);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propagation::Propagator;
    use crate::propagation::testing::{
        SHORT_TRACE, SPAN, TRACE, context, head, outgoing, reading, written,
    };
    use Decision::{Deferred, NotSampled, Sampled};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// After opentelemetry-go-contrib, propagators/ot/ot_data_test.go, but for states: it refuses
    /// an unknown one and takes none for a denial. Short ids after basictracer-python.
    #[test]
    fn what_is_read() {
        let of = |decision| Ok(Some(reading(TRACE, SPAN, decision)));
        let short = Ok(Some(reading(SHORT_TRACE, SPAN, Sampled)));
        let tiny = Ok(Some(reading("000000001c3b00da", "00000000deadbeaf", Sampled)));
        let zero = "0".repeat(32);
        let cases = [
            ("", "", "true", Ok(None), "a decision alone"),
            (TRACE, SPAN, "true", of(Sampled), "sampled"),
            (TRACE, SPAN, "false", of(NotSampled), "not sampled"),
            (TRACE, SPAN, "1", of(Sampled), "sampled, in another way"),
            (TRACE, SPAN, "0", of(NotSampled), "not sampled, in another way"),
            (TRACE, SPAN, "TRUE", of(Sampled), "in upper case"),
            (TRACE, SPAN, "", of(Deferred), "no state"),
            (TRACE, SPAN, "maybe", of(Deferred), "no such state"),
            (SHORT_TRACE, SPAN, "1", short, "64 bits"),
            ("1c3b00da", "deadbeaf", "1", tiny, "zeros in front are missing"),
            (TRACE, "", "1", Err(Malformed), "no span id"),
            ("", SPAN, "1", Err(Malformed), "no trace id"),
            (&zero, SPAN, "1", Err(Malformed), "zero trace id"),
            (TRACE, &zero, "1", Err(Malformed), "too long a span id"),
            (TRACE, "0", "1", Err(Malformed), "zero span id"),
            ("qw00000000000000", SPAN, "1", Err(Malformed), "a trace id that is none"),
            (TRACE, "qw00000000000000", "1", Err(Malformed), "a span id that is none"),
            (&format!("{TRACE}0"), SPAN, "1", Err(Malformed), "too long a trace id"),
        ];
        for (trace_id, span_id, sampled, expected, why) in cases {
            let pairs = [
                ("ot-tracer-traceid", trace_id),
                ("ot-tracer-spanid", span_id),
                ("ot-tracer-sampled", sampled),
                ("ot-baggage-user", "x"),
            ];
            assert_eq!(extract(&head(Propagator::OtTrace, &pairs)), expected, "{why}");
        }
    }

    #[test]
    fn what_is_written() {
        for (trace, sampled) in [(TRACE, true), (SHORT_TRACE, false)] {
            let context = context(trace, sampled);
            let lines = [
                format!("ot-tracer-traceid: {SHORT_TRACE}"),
                format!("ot-tracer-spanid: {SPAN}"),
                format!("ot-tracer-sampled: {sampled}"),
            ];
            let written = written(|set| inject(&outgoing(&context, None), set));
            assert_eq!(written, lines.join("\n"), "64 bits are written");
        }
        let context = context("4bf92f3577b34da60000000000000000", true);
        assert_eq!(written(|set| inject(&outgoing(&context, None), set)), "", "nothing is left");
    }
}
