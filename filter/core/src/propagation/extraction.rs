//! Reading the caller's context by the configured formats.

use super::{
    Decision, Extracted, Extraction, Field, Propagation, Propagator, Reading, RemoteParent, b3,
    datadog, jaeger, ottrace, tracecontext, xray,
};
use crate::request_head::RequestHead;

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
                Ok(Some(reading)) if reading.trace_id.is_some() => {
                    found = Some(found.map_or(reading, |earlier| earlier.replaced_by(reading)));
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
        let Some(found) = found else {
            extracted.decision = wish;
            extracted.invalid_parent = malformed;
            return extracted;
        };
        // What W3C says of the same trace still holds: its list, and that its id is random.
        let w3c = extracted.parent.take();
        let said = Reading {
            trace_id: w3c.as_ref().map(|parent| parent.trace_id),
            span_id: w3c.as_ref().and_then(|parent| parent.span_id),
            decision: extracted.decision,
        };
        let is_same = found.is_same_trace(&said);
        let found = said.replaced_by(found);
        let Some(trace_id) = found.trace_id else { return extracted };
        let (flags, trace_state) = match w3c.filter(|_| is_same) {
            Some(parent) => (parent.flags, parent.trace_state),
            None => {
                let knows_list = self.noticed().contains(Propagator::TraceContext);
                extracted.drop_trace_state |= head.has_tracestate() && knows_list;
                Default::default()
            }
        };
        let flags = flags.with_sampled(found.decision.sampled().unwrap_or(false));
        let span_id = found.span_id;
        extracted.parent = Some(RemoteParent { trace_id, span_id, flags, trace_state });
        extracted.decision = found.decision;
        extracted.invalid_parent = false;
        extracted
    }
}

// === impl Reading ===

impl Reading {
    /// What holds when `later` was read after this: of the same trace each may add what the other
    /// leaves open.
    fn replaced_by(self, later: Self) -> Self {
        if !self.is_same_trace(&later) {
            return later;
        }
        let is_whole = later.trace_id.is_some_and(|id| !id.is_short());
        let decision = match later.decision {
            Decision::Deferred => self.decision,
            decided => decided,
        };
        Self {
            trace_id: if is_whole { later.trace_id } else { self.trace_id },
            span_id: later.span_id.or(self.span_id),
            decision,
        }
    }

    /// Whether both name the same trace: some formats have but the lower half of an id.
    fn is_same_trace(&self, other: &Self) -> bool {
        let (Some(a), Some(b)) = (self.trace_id, other.trace_id) else { return false };
        a == b || (a.low_half() == b.low_half() && (a.is_short() || b.is_short()))
    }
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
