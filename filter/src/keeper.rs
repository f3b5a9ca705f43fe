//! Keep rules at work: when an answer begins, when its trailers come, and when a request has ended.

mod memory;
mod path;

use std::cell::RefCell;

use spanmesh_core::counters::Counter;
use spanmesh_core::keep::{Facts, KeepPolicy, Reason};
use spanmesh_core::span::SpanKind;

use crate::host::{self, SharedStore};
use crate::pipeline::Pipeline;
use crate::recording::{End, Fate, Judged, Recording};
use crate::state::State;
use memory::Memory;
use path::Answer;

/// The policy, and what is remembered for it.
#[derive(Debug)]
pub struct Keeper {
    policy: KeepPolicy,
    memory: RefCell<Memory>,
}

// === impl Keeper ===

impl Keeper {
    /// Starts to remember.
    pub fn new(policy: KeepPolicy) -> Self {
        let memory = Memory::new(&policy);
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
        let told = self.is_told(pipeline, &recording.hop, &Answer::HEADERS);
        self.judge(pipeline, state, recording, now, &facts, told);
        self.tell(pipeline, state, recording, told, &Answer::HEADERS);
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
        let told = self.is_told(pipeline, &recording.hop, &Answer::TRAILERS);
        self.judge(pipeline, state, recording, now, &facts, told);
        self.tell(pipeline, state, recording, told, &Answer::TRAILERS);
    }

    /// Judges a request that has ended, and makes its span if it is kept; `end`: how it ended, if
    /// that has been read.
    pub fn on_end(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &mut Recording,
        end: Option<End>,
    ) {
        // In an outage these are many; nobody wants to know how they ended.
        if recording.fate == Fate::Refused {
            return;
        }
        let end = end.unwrap_or_else(|| recording.end(self.policy.errors.need_flags()));
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
            self.tell_request(state, recording, now);
        }
    }
}

fn parsed(number: &[u8]) -> Option<u32> {
    str::from_utf8(number).ok()?.parse().ok()
}
