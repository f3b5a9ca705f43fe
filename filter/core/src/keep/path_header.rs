//! How an answer tells the hop above that its trace is kept.

use crate::propagation::{METRIC, ResponseHeader, SERVER_TIMING, tracecontext};
use crate::span_context::SpanContext;

/// The response header that carries the fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathHeader {
    /// A header of this name with the value `1`.
    Own(String),
    /// `server-timing: trace;desc=<traceparent>` with the sampled flag set (the draft of W3C Trace
    /// Context level 3, section "server-timing").
    ServerTiming,
}

impl PathHeader {
    /// The header's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Own(name) => name,
            Self::ServerTiming => SERVER_TIMING,
        }
    }

    /// Whether the header was made for hops above alone, so that it goes no further.
    pub fn is_private(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// Its value in the answer of a kept span.
    pub fn value(&self, context: &SpanContext) -> Vec<u8> {
        match self {
            Self::Own(_) => b"1".to_vec(),
            Self::ServerTiming => {
                let mut kept = context.clone();
                kept.flags = kept.flags.with_sampled(true);
                ResponseHeader::ServerTiming.value(&kept)
            }
        }
    }

    /// Whether this value, of an answer from below, says that the trace is kept.
    pub fn says_kept(&self, value: &[u8]) -> bool {
        match self {
            Self::Own(_) => value.trim_ascii() == b"1",
            Self::ServerTiming => value.split(|&b| b == b',').any(|metric| {
                let description = metric.trim_ascii().strip_prefix(METRIC);
                let context = description.map(|text| text.strip_prefix(b"\"").unwrap_or(text));
                let context = context.map(|text| text.strip_suffix(b"\"").unwrap_or(text));
                let parsed = context.and_then(tracecontext::parse);
                parsed.is_some_and(|(_, _, flags)| flags.is_sampled())
            }),
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
    fn what_is_written_is_understood() {
        let context = SpanContext {
            trace_id: TraceId::from_bytes([0xab; 16]).unwrap(),
            span_id: SpanId::from_bytes([0xcd; 8]).unwrap(),
            flags: TraceFlags::from_wire(2),
            trace_state: TraceState::default(),
        };
        let own = PathHeader::Own("x-spanmesh-kept".into());
        for header in [&own, &PathHeader::ServerTiming] {
            assert!(header.says_kept(&header.value(&context)), "{header:?}");
        }
        let ids = format!("{}-{}", "ab".repeat(16), "cd".repeat(8));
        let expected = format!("trace;desc=00-{ids}-03");
        assert_eq!(PathHeader::ServerTiming.value(&context), expected.as_bytes());
    }

    #[test]
    fn other_values_say_nothing() {
        let ids = format!("{}-{}", "ab".repeat(16), "cd".repeat(8));
        let timing = |text: &str| PathHeader::ServerTiming.says_kept(text.as_bytes());
        let cases = [
            (format!("db;dur=5, trace;desc=\"00-{ids}-01\""), true, "among others, quoted"),
            (format!("trace;desc=00-{ids}-00"), false, "not sampled"),
            (format!("trace;desc=00-{ids}"), false, "no context"),
            (format!("trace2;desc=00-{ids}-01"), false, "another metric"),
            (String::new(), false, "empty"),
        ];
        for (value, expected, why) in cases {
            assert_eq!(timing(&value), expected, "{why}: {value}");
        }
        assert!(!PathHeader::Own("x".into()).says_kept(b"0"));
    }
}
