//! Keep rules at work: when an answer begins, when its trailers come, and when a request has ended.

use std::cell::RefCell;

use spanmesh_core::counters::Counter;
use spanmesh_core::keep::{Facts, HeldCalls, KeepPolicy, KeptTraces, Reason};
use spanmesh_core::shared_data::SharedData;
use spanmesh_core::span::SpanKind;

use crate::host::{self, SharedStore};
use crate::pipeline::Pipeline;
use crate::recording::{End, Fate, Judged, Recording};
use crate::state::State;

/// Nanoseconds after which a request asks again whether one of its calls was kept.
const NOTICE_DELAY: u64 = 5_000_000;

/// The policy, and what is remembered for it.
#[derive(Debug)]
pub struct Keeper {
    policy: KeepPolicy,
    memory: RefCell<Memory>,
}

#[derive(Debug)]
struct Memory {
    /// Traces of which an outbound listener of this proxy kept a call.
    kept_calls: KeptTraces,
    /// Traces of which an inbound listener of this proxy kept a request.
    kept_requests: KeptTraces,
    held: Option<HeldCalls>,
}

// === impl Keeper ===

impl Keeper {
    /// Starts to remember.
    pub fn new(policy: KeepPolicy) -> Self {
        let join = |name| KeptTraces::join(name, policy.max_age, &SharedStore);
        let memory = Memory {
            kept_calls: join(KeptTraces::OF_CALLS),
            kept_requests: join(KeptTraces::OF_REQUESTS),
            held: policy.calls.map(HeldCalls::new),
        };
        Self { policy, memory: RefCell::new(memory) }
    }

    /// Judges a request when its answer begins, while the hop above can still be told.
    pub fn on_response_headers(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &mut Recording,
    ) {
        let now = host::now();
        let status_code = host::response_status();
        recording.judged = Some(Judged { at: now, status_code });
        let grpc_status = || parsed(&host::response_header("grpc-status")?);
        let facts = Facts {
            status: status_code,
            grpc_status: recording.head.is_grpc().then(grpc_status).flatten(),
            response_flags: None,
            elapsed: now.saturating_sub(recording.start),
            response_header: &host::response_header,
            seen_before: false,
        };
        let told = self.is_told(pipeline, host::response_header);
        self.judge(pipeline, state, recording, now, &facts, told);
        self.tell(pipeline, state, recording, told, Answer::HEADERS);
    }

    /// Judges a gRPC call by its status when the trailers come.
    pub fn on_response_trailers(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &mut Recording,
    ) {
        if recording.fate != Fate::Open || !recording.head.is_grpc() {
            return;
        }
        let now = host::now();
        let grpc_status = host::response_trailer("grpc-status").and_then(|status| parsed(&status));
        let facts = Facts {
            status: None,
            grpc_status,
            response_flags: None,
            elapsed: now.saturating_sub(recording.start),
            response_header: &|_| None,
            seen_before: true,
        };
        let told = self.is_told(pipeline, host::response_trailer);
        self.judge(pipeline, state, recording, now, &facts, told);
        self.tell(pipeline, state, recording, told, Answer::TRAILERS);
    }

    /// Judges a request that has ended, and makes its span if it is kept.
    pub fn on_end(&self, pipeline: &Pipeline, state: &mut State, recording: &mut Recording) {
        let end = recording.end(self.policy.errors.need_flags());
        if recording.fate == Fate::Open {
            let facts = Facts {
                status: end.status_code,
                grpc_status: end.grpc_status,
                response_flags: end.response_flags,
                elapsed: end.at.saturating_sub(recording.start),
                response_header: &host::response_header,
                seen_before: recording.judged.is_some(),
            };
            self.judge(pipeline, state, recording, end.at, &facts, false);
        }
        match recording.fate {
            Fate::Kept(reason) => {
                self.tell_calls(pipeline, state, recording, end.at);
                let reason = Some(self.policy.text(reason));
                let settings = &pipeline.span;
                recording.with_span(pipeline, &end, reason, |span| state.push(span, settings));
            }
            Fate::Open => self.hold(pipeline, state, recording, &end),
            Fate::Refused => {}
        }
    }

    /// Takes the fact that a hop below kept its span out of the headers of an answer that nobody
    /// judges here.
    pub fn strip_headers(&self, pipeline: &Pipeline, state: &mut State) {
        self.strip(pipeline, state, host::response_header, host::remove_response_header);
    }

    /// The same, for trailers.
    pub fn strip_trailers(&self, pipeline: &Pipeline, state: &mut State) {
        self.strip(pipeline, state, host::response_trailer, host::remove_response_trailer);
    }

    fn strip(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        field: impl Fn(&str) -> Option<Vec<u8>>,
        remove: impl Fn(&str) -> Result<(), host::HostError>,
    ) {
        // Within the mesh, the hop above an inbound listener may well want to know.
        let passes_on = pipeline.kind() == SpanKind::Server && !pipeline.is_edge();
        if let Some(header) = self.policy.along_path.as_ref().filter(|header| header.is_private())
            && !passes_on
            && field(header.name()).is_some()
        {
            state.counters.add(Counter::HostErrors, remove(header.name()).is_err().into());
        }
    }

    fn judge(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &mut Recording,
        now: u64,
        facts: &Facts<'_>,
        told: bool,
    ) {
        let request = pipeline.request(&recording.head);
        let own = self.policy.reason(&request, facts).or(told.then_some(Reason::Path));
        if self.is_call_kept(pipeline, state, recording, now) {
            // The call has been counted against the rate limit: the trace is one.
            recording.fate = Fate::Kept(own.unwrap_or(Reason::Path));
            return;
        }
        let Some(reason) = own else { return };
        let admission = self.policy.limiter.admit(now, &SharedStore);
        state.counters.add(Counter::SharedDataConflicts, admission.conflicts.into());
        if !admission.admitted {
            state.counters.add(Counter::KeepsRateLimited, 1);
            recording.fate = Fate::Refused;
            return;
        }
        recording.fate = Fate::Kept(reason);
        if pipeline.kind() == SpanKind::Client && self.policy.along_path.is_some() {
            self.publish(state, |memory| &memory.kept_calls, recording, now);
        }
    }

    /// Whether an outbound listener of this proxy kept a call that this request made.
    fn is_call_kept(
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

    /// Whether the hop below says that it kept the trace. Below an inbound listener there is only
    /// the application.
    fn is_told(&self, pipeline: &Pipeline, field: impl Fn(&str) -> Option<Vec<u8>>) -> bool {
        let from_hop = pipeline.kind() == SpanKind::Client || pipeline.is_edge();
        let header = self.policy.along_path.as_ref().filter(|_| from_hop);
        header.is_some_and(|h| field(h.name()).is_some_and(|value| h.says_kept(&value)))
    }

    /// Tells the hop above, where there is one within the mesh, and takes away what was only meant
    /// for this one.
    fn tell(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &Recording,
        told: bool,
        answer: Answer,
    ) {
        let Some(header) = &self.policy.along_path else { return };
        let is_kept = matches!(recording.fate, Fate::Kept(_));
        let tells = is_kept
            && pipeline.kind() == SpanKind::Server
            && !pipeline.is_edge()
            && recording.hop.parent_span_id.is_some();
        let mut done = Ok(());
        if told && header.is_private() {
            done = (answer.remove)(header.name());
        }
        if tells {
            done = (answer.add)(header.name(), &header.value(&recording.hop.context));
        }
        state.counters.add(Counter::HostErrors, done.is_err().into());
    }

    /// Tells the outbound side that the calls of this request are wanted.
    fn tell_calls(&self, pipeline: &Pipeline, state: &mut State, recording: &Recording, now: u64) {
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
        let failed = log(&memory).publish(now, trace_id, &SharedStore as &dyn SharedData).is_err();
        state.counters.add(Counter::SharedDataConflicts, failed.into());
    }

    /// Holds a call that nobody has wanted yet for the request that made it.
    fn hold(&self, pipeline: &Pipeline, state: &mut State, recording: &Recording, end: &End) {
        if self.policy.calls.is_none() || pipeline.kind() != SpanKind::Client {
            return;
        }
        let reason = Some(self.policy.text(Reason::Call));
        let mut encoded = Vec::new();
        let settings = &pipeline.span;
        recording.with_span(pipeline, end, reason, |span| span.write(&mut encoded, settings));
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
            && self.known_kind() == Some(SpanKind::Client)
        {
            keeper.release(state, now);
        }
    }
}

/// The part of an answer that is written to.
struct Answer {
    add: fn(&str, &[u8]) -> Result<(), host::HostError>,
    remove: fn(&str) -> Result<(), host::HostError>,
}

impl Answer {
    const HEADERS: Self =
        Self { add: host::add_response_header, remove: host::remove_response_header };
    const TRAILERS: Self =
        Self { add: host::add_response_trailer, remove: host::remove_response_trailer };
}

fn parsed(number: &[u8]) -> Option<u32> {
    str::from_utf8(number).ok()?.parse().ok()
}
