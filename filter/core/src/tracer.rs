//! From the headers of a request to its place in a trace: extract, decide, and what to write.

use crate::counters::{Counter, Counters};
use crate::entropy::EntropyPool;
use crate::ids::SpanId;
use crate::propagation::{Extracted, tracecontext};
use crate::request_head::RequestHead;
use crate::sampling::{Sampler, SamplingDecision};
use crate::span_context::{SpanContext, TraceFlags};
use crate::trace_state::TraceState;

/// The immutable settings by which requests are placed into traces.
#[derive(Clone, Debug)]
pub struct Tracer {
    /// The head sampler.
    pub sampler: Sampler,
}

/// A request's place in its trace, and what the next hop must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The new span; its flags carry the decision.
    pub context: SpanContext,
    /// The caller's span.
    pub parent_span_id: Option<SpanId>,
    /// The one `traceparent` that replaces whatever arrived.
    pub traceparent: [u8; tracecontext::TRACEPARENT_LENGTH],
    /// Whether `tracestate` must be removed; otherwise it stays as it arrived.
    pub drop_trace_state: bool,
}

impl Tracer {
    /// Places a request by its headers. `None` when no entropy is left to make ids of: then the
    /// request passes untouched.
    pub fn start(
        &self,
        head: &RequestHead,
        entropy: &mut EntropyPool,
        counters: &mut Counters,
    ) -> Option<Hop> {
        let extracted = tracecontext::extract(head);
        counters.add(Counter::ContextsInvalid, extracted.invalid_parent.into());
        counters.add(Counter::TraceStatesInvalid, extracted.invalid_trace_state.into());
        self.place(extracted, entropy)
    }

    /// Places a request that is known to bring no `traceparent`. A `tracestate` is removed.
    pub fn start_new_trace(&self, entropy: &mut EntropyPool) -> Option<Hop> {
        self.place(Extracted { drop_trace_state: true, ..Extracted::default() }, entropy)
    }

    /// Adopt or make the trace id, ask the sampler, and make a new span id in any case: the order
    /// of OpenTelemetry's SDK specification.
    fn place(&self, extracted: Extracted, entropy: &mut EntropyPool) -> Option<Hop> {
        let Extracted { parent, drop_trace_state, .. } = extracted;
        let (trace_id, inherited) = match &parent {
            Some(parent) => (parent.trace_id, parent.flags),
            None => (entropy.trace_id()?, TraceFlags::new_trace()),
        };
        let decision = self.sampler.decide(trace_id, parent.as_ref().map(|parent| parent.flags));
        let flags = inherited.with_sampled(decision == SamplingDecision::RecordAndSample);
        let span_id = entropy.span_id()?;
        let (parent_span_id, trace_state) = match parent {
            Some(parent) => (Some(parent.span_id), parent.trace_state),
            None => (None, TraceState::default()),
        };
        let context = SpanContext { trace_id, span_id, flags, trace_state };
        let traceparent = tracecontext::print(&context);
        Some(Hop { context, parent_span_id, traceparent, drop_trace_state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header_map::serialise;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";

    fn start(sampler: Sampler, pairs: &[(&str, &str)]) -> (Hop, Counters) {
        let pairs = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        let head = RequestHead::new(serialise(pairs));
        let mut entropy = EntropyPool::default();
        entropy.refill(|bytes| {
            bytes.fill(0xab);
            true
        });
        let mut counters = Counters::default();
        (Tracer { sampler }.start(&head, &mut entropy, &mut counters).unwrap(), counters)
    }

    #[test]
    fn joins_the_callers_trace_with_a_span_id_of_its_own() {
        let parent = format!("{PARENT}03");
        let (hop, _) =
            start(Sampler::default(), &[("traceparent", &parent), ("tracestate", "a=1")]);
        let expected = "00-4bf92f3577b34da6a3ce929d0e0e4736-abababababababab-03";
        assert_eq!(str::from_utf8(&hop.traceparent), Ok(expected));
        assert_eq!(hop.parent_span_id, SpanId::from_hex(b"00f067aa0ba902b7"));
        assert_eq!((hop.context.trace_state.as_str(), hop.drop_trace_state), ("a=1", false));
    }

    #[test]
    fn the_random_bit_is_copied_and_never_invented() {
        for (flags, expected) in [("00", 0x00), ("01", 0x01), ("02", 0x02), ("03", 0x03)] {
            let parent = format!("{PARENT}{flags}");
            let (hop, _) = start(Sampler::default(), &[("traceparent", &parent)]);
            assert_eq!(hop.context.flags.to_wire(), expected);
        }
    }

    #[test]
    fn the_decision_changes_the_sampled_bit_only() {
        let parent = format!("{PARENT}03");
        let (hop, _) = start(Sampler::AlwaysOff, &[("traceparent", &parent)]);
        assert_eq!(hop.context.flags.to_wire(), 0x02);
    }

    #[test]
    fn a_broken_context_starts_a_new_random_trace_and_is_counted() {
        let (hop, counters) =
            start(Sampler::default(), &[("traceparent", "x"), ("tracestate", "a=1")]);
        assert_eq!((hop.parent_span_id, hop.drop_trace_state), (None, true));
        assert_eq!(hop.context.flags.to_wire(), 0x03, "sampled and random");
        assert_eq!(hop.context.trace_id.as_bytes(), &[0xab; 16]);
        assert_eq!(counters.get(Counter::ContextsInvalid), 1);
    }

    #[test]
    fn without_entropy_the_request_is_left_alone() {
        let tracer = Tracer { sampler: Sampler::default() };
        let head = RequestHead::default();
        let hop = tracer.start(&head, &mut EntropyPool::default(), &mut Counters::default());
        assert_eq!(hop, None);
    }
}
