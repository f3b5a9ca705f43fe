//! What is remembered of other requests: notices between the two sides of a proxy, and held calls.

use spanmesh_core::counters::Counter;
use spanmesh_core::keep::{HeldCalls, KeepPolicy, KeptTraces, Reason};
use spanmesh_core::span::SpanKind;

use super::Keeper;
use crate::host::SharedStore;
use crate::pipeline::Pipeline;
use crate::recording::{End, Recording};
use crate::state::State;

/// Nanoseconds after which a request asks again whether one of its calls was kept.
const NOTICE_DELAY: u64 = 5_000_000;

/// What is remembered of other requests.
#[derive(Debug)]
pub(super) struct Memory {
    /// Traces of which an outbound listener of this proxy kept a call.
    kept_calls: KeptTraces,
    /// Traces of which an inbound listener of this proxy kept a request.
    kept_requests: KeptTraces,
    held: Option<HeldCalls>,
}

// === impl Memory ===

impl Memory {
    /// Joins the notices of this proxy.
    pub(super) fn new(policy: &KeepPolicy) -> Self {
        let join = |name| KeptTraces::join(name, policy.max_age, &SharedStore);
        Self {
            kept_calls: join(KeptTraces::OF_CALLS),
            kept_requests: join(KeptTraces::OF_REQUESTS),
            held: policy.calls.map(HeldCalls::new),
        }
    }
}

impl Keeper {
    /// Whether an outbound listener of this proxy kept a call that this request made.
    pub(super) fn is_call_kept(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &Recording,
        now: u64,
    ) -> bool {
        if self.policy.along_path.is_none() || pipeline.kind() == SpanKind::Client {
            return false;
        }
        // What was not there when the answer began has hardly come within this time.
        if recording
            .judged
            .is_some_and(|it| it.at != now && now < it.at.saturating_add(NOTICE_DELAY))
        {
            return false;
        }
        let Ok(mut memory) = self.memory.try_borrow_mut() else { return false };
        let log = &mut memory.kept_calls;
        let found = log.contains(now, recording.hop.context.trace_id, &SharedStore);
        state.counters.add(Counter::KeptTracesMissed, log.take_missed());
        found
    }

    /// Tells the inbound side that a call of this trace is kept.
    pub(super) fn tell_request(&self, state: &mut State, recording: &Recording, now: u64) {
        self.publish(state, |memory| &memory.kept_calls, recording, now);
    }

    /// Tells the outbound side that the calls of this request are wanted.
    pub(super) fn tell_calls(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &Recording,
        now: u64,
    ) {
        if self.policy.calls.is_some() && pipeline.kind() == SpanKind::Server {
            self.publish(state, |memory| &memory.kept_requests, recording, now);
        }
    }

    fn publish(
        &self,
        state: &mut State,
        log: impl Fn(&Memory) -> &KeptTraces,
        recording: &Recording,
        now: u64,
    ) {
        let Ok(memory) = self.memory.try_borrow() else { return };
        let trace_id = recording.hop.context.trace_id;
        let failed = log(&memory).publish(now, trace_id, &SharedStore).is_err();
        state.counters.add(Counter::SharedDataConflicts, failed.into());
    }

    /// Holds a call that nobody has wanted yet for the request that made it.
    pub(super) fn hold(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &Recording,
        end: &End,
    ) {
        if self.policy.calls.is_none() || pipeline.kind() != SpanKind::Client {
            return;
        }
        let reason = Some(self.policy.text(Reason::Call));
        let mut encoded = Vec::new();
        let settings = &pipeline.span;
        let cuts =
            recording.with_span(pipeline, end, reason, |span| span.write(&mut encoded, settings));
        state.count_cuts(cuts);
        if let Ok(mut memory) = self.memory.try_borrow_mut()
            && let Some(held) = &mut memory.held
        {
            let evicted = held.hold(end.at, recording.hop.context.trace_id, encoded);
            state.counters.add(Counter::HeldCallsEvicted, evicted);
        }
    }

    /// Queues the held calls of requests that inbound listeners have kept meanwhile.
    fn release(&self, state: &mut State, now: u64) {
        let Ok(mut memory) = self.memory.try_borrow_mut() else { return };
        let Memory { kept_requests, held: Some(held), .. } = &mut *memory else { return };
        kept_requests.catch_up(now, &SharedStore, |trace_id| {
            held.release(trace_id, |span| state.push_held(now, span));
        });
        state.counters.add(Counter::KeptTracesMissed, kept_requests.take_missed());
        held.forget_old(now);
    }
}

impl Pipeline {
    /// Queues held calls whose requests were kept.
    pub fn release_calls(&self, state: &mut State, now: u64) {
        if let Some(keeper) = &self.keeper
            && self.sides.may_call()
        {
            keeper.release(state, now);
        }
    }
}
