//! Header fields of an answer that tell the caller of its trace.

use super::tracecontext;
use crate::span_context::SpanContext;

/// A header field that is added to answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseHeader {
    /// `traceresponse`, in the form of `traceparent` (an earlier draft of W3C Trace Context).
    TraceResponse,
    /// `server-timing: trace;desc=<traceparent>` (the draft of W3C Trace Context level 3).
    ServerTiming,
    /// A field of this name with the trace id alone, for people.
    TraceId(String),
}

/// What goes before the `traceparent` in `server-timing`.
pub const METRIC: &[u8] = b"trace;desc=";
/// Name of the standard header that carries timings, ours among others.
pub const SERVER_TIMING: &str = "server-timing";
const TRACERESPONSE: &str = "traceresponse";

impl ResponseHeader {
    /// The field of this name.
    pub fn from_name(name: &str) -> Self {
        match name {
            TRACERESPONSE => Self::TraceResponse,
            SERVER_TIMING => Self::ServerTiming,
            name => Self::TraceId(name.to_owned()),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::TraceResponse => TRACERESPONSE,
            Self::ServerTiming => SERVER_TIMING,
            Self::TraceId(name) => name,
        }
    }

    /// Whether others may have written fields of this name, which stay.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::ServerTiming)
    }

    /// Its value for this span.
    pub fn value(&self, context: &SpanContext) -> Vec<u8> {
        let traceparent = tracecontext::print(context);
        match self {
            Self::TraceResponse => traceparent.to_vec(),
            Self::ServerTiming => METRIC.iter().chain(&traceparent).copied().collect(),
            Self::TraceId(_) => traceparent.get(3..35).unwrap_or_default().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{SpanId, TraceId};
    use crate::span_context::TraceFlags;
    use crate::trace_state::TraceState;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_name_has_its_own_form() {
        let context = SpanContext {
            trace_id: TraceId::from_bytes([0xab; 16]).unwrap(),
            span_id: SpanId::from_bytes([0xcd; 8]).unwrap(),
            flags: TraceFlags::from_wire(3),
            trace_state: TraceState::default(),
        };
        let (trace_id, span_id) = ("ab".repeat(16), "cd".repeat(8));
        let cases = [
            ("traceresponse", format!("00-{trace_id}-{span_id}-03")),
            ("server-timing", format!("trace;desc=00-{trace_id}-{span_id}-03")),
            ("x-trace-id", trace_id.clone()),
        ];
        for (name, expected) in cases {
            let header = ResponseHeader::from_name(name);
            assert_eq!(header.name(), name);
            assert_eq!(header.value(&context), expected.as_bytes(), "{name}");
        }
    }
}
