//! From the headers of a request to its place in a trace: extract, decide, and what to write.

use crate::counters::{Counter, Counters};
use crate::entropy::EntropyPool;
use crate::otel_trace_state::OtelTraceState;
use crate::propagation::datadog::{self, DD};
use crate::propagation::{Decision, Edit, Extracted, HeaderEdit, Propagation, RemoteParent};
use crate::request_head::RequestHead;
use crate::rules::Request;
use crate::sampling::{Force, Parent, Probability, Sampler, SamplingRequest, Verdict};
use crate::shared_data::SharedData;
use crate::span_context::{SpanContext, TraceFlags};
use crate::trace_state::TraceState;
use crate::trust::Crossing;

mod arrival;
mod placement;

use arrival::{Arrival, Origin};
pub use placement::{Hop, Placement};

/// The key of OpenTelemetry's own member of `tracestate`.
const OT: &str = "ot";

/// The immutable settings by which requests are placed into traces.
#[derive(Debug)]
pub struct Tracer {
    sampler: Sampler,
    force: Force,
    propagation: Propagation,
    writes_thresholds: bool,
    /// Whether anything may promote a span later, so that unsampled requests need their own ids.
    may_keep: bool,
}

/// Where decisions are made: what they may ask for.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Reads the clock, in nanoseconds.
    pub now: &'a dyn Fn() -> u64,
    /// Where budgets of all workers lie.
    pub shared: &'a dyn SharedData,
}

impl Tracer {
    /// Places requests by `sampler` and `force`; `may_keep` tells whether there are keep rules.
    pub fn new(sampler: Sampler, force: Force, propagation: Propagation, may_keep: bool) -> Self {
        let writes_thresholds = sampler.writes_thresholds();
        Self { sampler, force, propagation, writes_thresholds, may_keep }
    }

    /// Which formats are read and written.
    pub fn propagation(&self) -> &Propagation {
        &self.propagation
    }

    /// The head sampler.
    pub fn sampler(&self) -> &Sampler {
        &self.sampler
    }

    /// Whether it pays to ask for a `traceparent` alone first: a new trace may be dropped without
    /// anybody wanting to know more about its request.
    pub fn may_drop_unseen(&self) -> bool {
        !self.may_keep
            && self.propagation.asks_traceparent_only()
            && self.sampler.may_drop_new_traces()
            && !self.sampler.asks_requests()
    }

    /// Places a request by its headers.
    pub fn start(
        &self,
        request: Request<'_>,
        crossing: Crossing,
        surroundings: Surroundings<'_>,
        entropy: &mut EntropyPool,
        counters: &mut Counters,
    ) -> Placement {
        let head = request.head;
        let extracted = self.propagation.extract(head);
        counters.add(Counter::ContextsInvalid, extracted.invalid_parent.into());
        counters.add(Counter::TraceStatesInvalid, extracted.invalid_trace_state.into());
        let is_heard = !matches!(crossing, Crossing::Entering(_));
        let forced = is_heard
            && (extracted.decision == Decision::Debug
                || (self.force.is_configured()
                    && self.force.is_wanted(|name| head.header(name).map(<[u8]>::to_vec))));
        let arrival = Arrival { extracted, request: Some(request), forced, crossing };
        self.place(arrival, surroundings, entropy, counters)
    }

    /// Places a request that is known to bring no `traceparent`, and whose other headers nobody
    /// asks about ([`Self::may_drop_unseen`]). A `tracestate` is removed.
    pub fn start_unseen(
        &self,
        header: impl Fn(&str) -> Option<Vec<u8>>,
        surroundings: Surroundings<'_>,
        entropy: &mut EntropyPool,
        counters: &mut Counters,
    ) -> Placement {
        let extracted = Extracted { drop_trace_state: true, ..Extracted::default() };
        let forced = self.force.is_configured() && self.force.is_wanted(header);
        let arrival = Arrival { extracted, request: None, forced, crossing: Crossing::Within };
        self.place(arrival, surroundings, entropy, counters)
    }

    /// Adopt or make the trace id, ask the sampler, and make a new span id unless the request
    /// passes untouched: the order of OpenTelemetry's SDK specification.
    fn place(
        &self,
        mut arrival: Arrival<'_>,
        surroundings: Surroundings<'_>,
        entropy: &mut EntropyPool,
        counters: &mut Counters,
    ) -> Placement {
        let Some(Origin { extracted, link, fresh_randomness }) = arrival.origin(entropy, counters)
        else {
            return Placement::NoEntropy;
        };
        let Arrival { request, forced, crossing, .. } = arrival;
        let Extracted { parent, decision, canonical, drop_trace_state, .. } = extracted;
        let head = request.map(|request| request.head);
        let trace_id = match &parent {
            Some(parent) => Some(parent.trace_id),
            None => entropy.trace_id(),
        };
        let Some(trace_id) = trace_id else { return Placement::NoEntropy };
        let no_state = TraceState::default();
        let trace_state = parent.as_ref().map_or(&no_state, |parent| &parent.trace_state);
        let arrived_ot = trace_state.get(OT);
        let ot = fresh_randomness.as_deref().or(arrived_ot);
        let ot = ot.and_then(OtelTraceState::parse).unwrap_or_default();
        let randomness = ot.randomness.unwrap_or_else(|| trace_id.randomness());
        let inherited =
            decision.sampled().map(|sampled| Parent { sampled, threshold: ot.threshold });
        let verdict = if forced {
            counters.add(Counter::TracesForced, 1);
            Verdict { sampled: true, probability: Probability::Unknown, may_keep: false }
        } else {
            let (now, shared) = (surroundings.now, surroundings.shared);
            let mut request = SamplingRequest {
                randomness,
                parent: inherited,
                request,
                now,
                shared,
                conflicts: 0,
            };
            let verdict = self.sampler.decide(&mut request);
            counters.add(Counter::SharedDataConflicts, request.conflicts.into());
            verdict
        };
        let may_keep = self.may_keep && verdict.may_keep && !verdict.sampled;
        let stays_unsampled = inherited.is_some_and(|p| !p.sampled) && !verdict.sampled;
        let may_pass_on = crossing == Crossing::Within && self.propagation.may_pass_on();
        if stays_unsampled && !may_keep && canonical && !drop_trace_state && may_pass_on {
            return Placement::PassedOn(parent.and_then(RemoteParent::into_span_context));
        }
        let threshold = verdict.threshold(inherited, randomness, self.writes_thresholds);
        let changed = (threshold != ot.threshold || fresh_randomness.is_some())
            .then(|| trace_state.with(OT, ot.with_threshold(threshold).as_deref()));
        let Some(span_id) = entropy.span_id() else { return Placement::NoEntropy };
        let flags = parent.as_ref().map_or(TraceFlags::new_trace(), |parent| parent.flags);
        let flags = flags.with_sampled(verdict.sampled);
        let parent_span_id = parent.as_ref().and_then(|parent| parent.span_id);
        let (trace_state, edit) = match changed {
            Some(changed) if changed.is_empty() => (changed, Edit::Remove),
            Some(changed) => (changed, Edit::Replace),
            None => {
                let edit = if drop_trace_state { Edit::Remove } else { Edit::Leave };
                (parent.map(|parent| parent.trace_state).unwrap_or_default(), edit)
            }
        };
        let mut hop = Hop {
            context: SpanContext { trace_id, span_id, flags, trace_state },
            parent_span_id,
            trace_state: edit,
            may_keep,
            debug: decision == Decision::Debug && forced,
            crossing,
            link,
        };
        if self.propagation.writes_dd()
            && let Some(member) = datadog::member(&hop.outgoing(head))
        {
            hop.context.trace_state = hop.context.trace_state.with(DD, Some(&member));
            hop.trace_state = Edit::Replace;
        }
        Placement::Hop(hop)
    }

    /// Tells the next hop, or, where the other side is a stranger, cleans the request. `head` is
    /// `None` after [`Self::start_unseen`].
    pub fn inject(
        &self,
        placement: &Placement,
        crossing: Crossing,
        head: Option<&RequestHead>,
        counters: &mut Counters,
        edit: &mut dyn FnMut(HeaderEdit<'_>),
    ) {
        let dropped = match placement {
            Placement::Hop(hop) => self.propagation.inject(&hop.outgoing(head), edit),
            _ => {
                if crossing.is_foreign() {
                    self.propagation.remove(head, edit);
                }
                0
            }
        };
        counters.add(Counter::BaggageMembersDropped, dropped);
        if crossing.is_foreign()
            && let Some(name) = self.force.header.as_deref()
            && head.is_some_and(|head| head.header(name).is_some())
        {
            edit(HeaderEdit::Remove(name));
        }
    }
}

#[cfg(test)]
mod tests;
