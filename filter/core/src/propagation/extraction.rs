//! Reading the caller's context by the configured formats.

use super::{
    Decision, Extracted, Extraction, Field, Propagation, Propagator, Reading, RemoteParent, b3,
    datadog, jaeger, ottrace, tracecontext, xray,
};
use crate::ids::TraceId;
use crate::request_head::RequestHead;
use crate::span_context::TraceFlags;

// === impl Propagation ===

impl Propagation {
    /// Reads the caller's context.
    pub fn extract(&self, head: &RequestHead) -> Extracted {
        let w3c = if self.reads.contains(Propagator::TraceContext) {
            tracecontext::extract(head)
        } else {
            // A list without the context that it belongs to.
            let drop_trace_state = self.writes.contains(Propagator::TraceContext);
            Extracted {
                drop_trace_state: drop_trace_state && head.has_tracestate(),
                ..Extracted::default()
            }
        };
        if head.carried().all(|(field, ..)| field == Field::Baggage) {
            w3c
        } else {
            self.compose(w3c, head)
        }
    }

    /// Lets the other formats speak, each in its turn.
    fn compose(&self, w3c: Extracted, head: &RequestHead) -> Extracted {
        let mut found: Option<Reading> = None;
        let mut wish = Decision::Deferred;
        let mut is_w3c = false;
        let mut malformed = w3c.invalid_parent;
        for &propagator in &self.extract {
            if propagator == Propagator::TraceContext {
                is_w3c |= w3c.parent.is_some();
                continue;
            }
            match propagator.extract(head) {
                Ok(Some(reading)) if let Some(trace_id) = reading.trace_id => {
                    let earlier = found.and_then(|earlier| earlier.trace_id);
                    let trace_id = earlier.filter(|id| are_same(*id, trace_id)).unwrap_or(trace_id);
                    found = Some(Reading { trace_id: Some(trace_id), ..reading });
                    is_w3c = false;
                }
                Ok(Some(reading)) => wish = reading.decision,
                Ok(None) => {}
                Err(_) => malformed = true,
            }
        }
        // Fields of other formats have to be rewritten.
        let mut extracted = Extracted { canonical: false, ..w3c };
        if is_w3c {
            return extracted;
        }
        let Some(Reading { trace_id: Some(trace_id), span_id, decision }) = found else {
            extracted.decision = wish;
            extracted.invalid_parent = malformed;
            return extracted;
        };
        // What W3C says of the same trace still holds, where the other format says nothing of it:
        // its list, all of its id, and that this is random.
        let same = extracted.parent.take().filter(|parent| are_same(parent.trace_id, trace_id));
        if same.is_none() {
            let knows_list = self.noticed().contains(Propagator::TraceContext);
            extracted.drop_trace_state |= head.has_tracestate() && knows_list;
            extracted.decision = decision;
        } else if decision != Decision::Deferred {
            extracted.decision = decision;
        }
        let sampled = extracted.decision.sampled().unwrap_or(false);
        let parent = same.unwrap_or_else(|| RemoteParent {
            trace_id,
            span_id: None,
            flags: TraceFlags::default(),
            trace_state: Default::default(),
        });
        let flags = parent.flags.with_sampled(sampled);
        let span_id = span_id.or(parent.span_id);
        extracted.parent = Some(RemoteParent { span_id, flags, ..parent });
        extracted.invalid_parent = false;
        extracted
    }
}

/// Whether `short` is the trace of `long`: some formats have but the lower half of an id.
fn are_same(long: TraceId, short: TraceId) -> bool {
    long == short || (short.is_short() && long.low_half() == short.low_half())
}

// === impl Propagator ===

impl Propagator {
    fn extract(self, head: &RequestHead) -> Extraction {
        match self {
            Self::TraceContext | Self::Baggage => Ok(None),
            Self::B3 | Self::B3Multi => b3::extract(head),
            Self::Jaeger => jaeger::extract(head),
            Self::XRay => xray::extract(head),
            Self::Datadog => datadog::extract(head),
            Self::OtTrace => ottrace::extract(head),
        }
    }
}
