//! The configured formats together: what is read, in which order, and what is written.

use super::{
    Decision, Extracted, Extraction, Field, Propagator, PropagatorSet, Reading, RemoteParent, b3,
    datadog, jaeger, ottrace, tracecontext, xray,
};
use crate::request_head::RequestHead;
use crate::span_context::{SpanContext, TraceFlags};
use crate::trust::Crossing;
use tracecontext::{TRACEPARENT, TRACESTATE};

/// Which formats are read and written.
#[derive(Clone, Debug)]
pub struct Propagation {
    /// Read in this order. As in OpenTelemetry's composite propagator each may replace what those
    /// before it found: of several contexts the last counts.
    extract: Vec<Propagator>,
    inject: Vec<Propagator>,
    reads: PropagatorSet,
    writes: PropagatorSet,
}

/// What is told to the next hop.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The span that the next hop is called by.
    pub context: &'a SpanContext,
    /// Whether the trace is one to be debugged.
    pub debug: bool,
    /// What to do with `tracestate`.
    pub trace_state: Edit,
    /// Whether the other side is a stranger.
    pub crossing: Crossing,
    /// The request as it arrived; `None` where it is known to bring no `traceparent` and nothing
    /// else of it has been read.
    pub head: Option<&'a RequestHead>,
}

/// What becomes of a header that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It stays as it is, or absent.
    Leave,
    /// It is replaced.
    Replace,
    /// It is removed.
    Remove,
}

/// One change to the headers of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderEdit<'a> {
    /// Adds a field that is known to be absent.
    Add(&'a str, &'a [u8]),
    /// Replaces all fields of the name by one.
    Replace(&'a str, &'a [u8]),
    /// Removes all fields of the name.
    Remove(&'a str),
}

// === impl Propagation ===

impl Default for Propagation {
    /// OpenTelemetry's default: `tracecontext,baggage`.
    fn default() -> Self {
        const DEFAULT: [Propagator; 2] = [Propagator::TraceContext, Propagator::Baggage];
        Self::new(DEFAULT.to_vec(), DEFAULT.to_vec())
    }
}

impl Propagation {
    /// Reads and writes these formats, in these orders.
    pub fn new(extract: Vec<Propagator>, inject: Vec<Propagator>) -> Self {
        let reads = extract.iter().copied().collect();
        let writes = inject.iter().copied().collect();
        Self { extract, inject, reads, writes }
    }

    /// The formats whose fields matter in a request.
    pub fn noticed(&self) -> PropagatorSet {
        self.reads.union(self.writes)
    }

    /// Whether a request without a `traceparent` can bring no context, and has nothing removed.
    pub fn asks_traceparent_only(&self) -> bool {
        self.reads.contains(Propagator::TraceContext)
            && !self.extract.iter().any(|&propagator| is_foreign(propagator))
            && self.may_pass_on()
    }

    /// Whether an unsampled context that arrived as [`Extracted::canonical`] may go on untouched.
    pub fn may_pass_on(&self) -> bool {
        let of = |propagator| self.writes.contains(propagator);
        let baggage_stays = of(Propagator::Baggage) || !self.reads.contains(Propagator::Baggage);
        let writes_more = self.inject.iter().any(|&propagator| is_foreign(propagator));
        of(Propagator::TraceContext) && baggage_stays && !writes_more
    }

    /// Whether what Datadog's tracers tell of a trace is kept up to date in `tracestate`.
    pub fn writes_dd(&self) -> bool {
        self.writes.contains(Propagator::TraceContext)
            && self.noticed().contains(Propagator::Datadog)
    }

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
        for propagator in &self.extract {
            let extraction = match propagator {
                Propagator::TraceContext => {
                    is_w3c |= w3c.parent.is_some();
                    continue;
                }
                other => other.extract(head),
            };
            match extraction {
                Ok(Some(reading)) if reading.trace_id.is_some() => {
                    (found, is_w3c) = (Some(reading), false);
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
        if let Some(Reading { trace_id: Some(trace_id), span_id, decision }) = found {
            let sampled = decision.sampled().unwrap_or(false);
            // What W3C says of the same trace still holds: its list, and that its id is random.
            let same = extracted.parent.take().filter(|parent| parent.trace_id == trace_id);
            extracted.drop_trace_state |= same.is_none()
                && head.has_tracestate()
                && self.noticed().contains(Propagator::TraceContext);
            let (flags, trace_state) = same
                .map(|parent| (parent.flags, parent.trace_state))
                .unwrap_or((TraceFlags::default(), Default::default()));
            let flags = flags.with_sampled(sampled);
            extracted.parent = Some(RemoteParent { trace_id, span_id, flags, trace_state });
            extracted.decision = decision;
            extracted.invalid_parent = false;
        } else {
            extracted.decision = wish;
            extracted.invalid_parent = malformed;
        }
        extracted
    }

    /// Tells the next hop. Every field of a configured format that arrived is written anew or
    /// removed, so that no two say different things; only baggage is left to itself.
    pub fn inject(&self, outgoing: &Outgoing<'_>, edit: &mut dyn FnMut(HeaderEdit<'_>)) {
        let head = outgoing.head;
        let leaves = outgoing.crossing == Crossing::Leaving;
        self.inject_tracecontext(outgoing, leaves, edit);
        let mut written = 0_u32;
        if !leaves {
            let mut set = |field: Field, value: &[u8]| {
                written |= 1 << field as u32;
                let is_absent = head.is_some_and(|head| head.field(field).is_none());
                edit(match is_absent {
                    true => HeaderEdit::Add(field.name(), value),
                    false => HeaderEdit::Replace(field.name(), value),
                });
            };
            for propagator in &self.inject {
                propagator.inject(outgoing, &mut set);
            }
        }
        for (field, name, _) in head.into_iter().flat_map(RequestHead::carried) {
            let stays = field.outlives_context() && outgoing.crossing == Crossing::Within;
            if !stays
                && written & 1 << field as u32 == 0
                && let Ok(name) = str::from_utf8(name)
            {
                edit(HeaderEdit::Remove(name));
            }
        }
    }

    fn inject_tracecontext(
        &self,
        outgoing: &Outgoing<'_>,
        leaves: bool,
        edit: &mut dyn FnMut(HeaderEdit<'_>),
    ) {
        let head = outgoing.head;
        if leaves || !self.writes.contains(Propagator::TraceContext) {
            if self.noticed().contains(Propagator::TraceContext) {
                if head.is_some_and(|head| head.traceparent_count() > 0) {
                    edit(HeaderEdit::Remove(TRACEPARENT));
                }
                if head.is_none_or(RequestHead::has_tracestate) {
                    edit(HeaderEdit::Remove(TRACESTATE));
                }
            }
            return;
        }
        let traceparent = tracecontext::print(outgoing.context);
        // Adding is cheaper than looking for something to replace.
        edit(match head.is_some_and(|head| head.traceparent_count() > 0) {
            true => HeaderEdit::Replace(TRACEPARENT, &traceparent),
            false => HeaderEdit::Add(TRACEPARENT, &traceparent),
        });
        match outgoing.trace_state {
            Edit::Leave => {}
            Edit::Replace => {
                let list = outgoing.context.trace_state.as_str();
                edit(HeaderEdit::Replace(TRACESTATE, list.as_bytes()));
            }
            Edit::Remove => edit(HeaderEdit::Remove(TRACESTATE)),
        }
    }
}

/// Whether it is none of W3C's.
fn is_foreign(propagator: Propagator) -> bool {
    !matches!(propagator, Propagator::TraceContext | Propagator::Baggage)
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

    fn inject(self, outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
        match self {
            Self::TraceContext | Self::Baggage => {}
            Self::B3 => b3::inject_single(outgoing, set),
            Self::B3Multi => b3::inject_multi(outgoing, set),
            Self::Jaeger => jaeger::inject(outgoing, set),
            Self::XRay => xray::inject(outgoing, set),
            Self::Datadog => datadog::inject(outgoing, set),
            Self::OtTrace => ottrace::inject(outgoing, set),
        }
    }
}

#[cfg(test)]
mod tests;
