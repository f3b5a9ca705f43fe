//! Polls of Jaeger strategies endpoints, one for each remote sampler.

use std::rc::Rc;
use std::time::Duration;

use proxy_wasm::types::LogLevel;
use spanmesh_core::counters::Counter;
use spanmesh_core::otlp::messages::{Resource, any_value};
use spanmesh_core::sampling::{RemoteSampler, Sampler};
use spanmesh_core::semconv::names;

use crate::host;
use crate::pipeline::Pipeline;
use crate::state::State;

/// Longest answer that is read, in bytes: 2,000 operations with long names.
const MAX_ANSWER: usize = 1024 * 1024;
/// A poll that is due before half the longest time between two ticks is over is sent at once, in
/// nanoseconds: it would be late by more otherwise.
const EARLY: u64 = 500_000_000;
/// Time after which a poll has failed.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait after a failed poll, in nanoseconds.
const RETRY: u64 = 5_000_000_000;

/// All polls of a configuration.
#[derive(Debug, Default)]
pub struct Polls(Vec<Poll>);

#[derive(Debug)]
struct Poll {
    sampler: Rc<RemoteSampler>,
    path: String,
    /// The request on its way.
    token: Option<u32>,
    /// When the next one is due, in nanoseconds.
    due: u64,
    /// Whether the last poll failed: then that has been logged.
    failing: bool,
}

// === impl Polls ===

impl Polls {
    /// One for each remote sampler within `sampler`.
    pub fn of(sampler: &Sampler, resource: &Resource) -> Self {
        let service = service_name(resource);
        let mut polls = Self::default();
        sampler.visit(&mut |sampler| {
            if let Sampler::JaegerRemote(remote) = sampler {
                let path = remote.request_path(service);
                let sampler = Rc::clone(remote);
                polls.0.push(Poll { sampler, path, token: None, due: 0, failing: false });
            }
        });
        polls
    }

    /// Whether an answer is a poll's.
    pub fn is_waiting_for(&self, token: u32) -> bool {
        self.0.iter().any(|poll| poll.token == Some(token))
    }

    /// Takes an answer; `None` when there was none.
    pub fn take_answer(&mut self, token: u32, status: Option<u16>, now: u64, state: &mut State) {
        let Some(poll) = self.0.iter_mut().find(|poll| poll.token == Some(token)) else { return };
        poll.token = None;
        let outcome = match status {
            Some(200) => poll.sampler.update(&host::callout_body(MAX_ANSWER)),
            Some(status) => Err(format!("has the status {status}")),
            None => Err("did not come".to_owned()),
        };
        poll.settle(outcome, now, state);
    }

    fn send_due(&mut self, now: u64, state: &mut State) {
        let soon = now.saturating_add(EARLY);
        for poll in self.0.iter_mut().filter(|poll| poll.token.is_none() && poll.due <= soon) {
            match poll.send() {
                Ok(token) => {
                    poll.token = Some(token);
                    poll.due = now.saturating_add(poll.sampler.settings.interval);
                }
                Err(_) => poll.settle(Err("cannot be asked for".into()), now, state),
            }
        }
    }
}

impl Poll {
    fn send(&self) -> Result<u32, host::HostError> {
        let settings = &self.sampler.settings;
        let headers = [
            (":method", "GET"),
            (":path", self.path.as_str()),
            (":authority", settings.authority.as_str()),
            ("accept", "application/json"),
        ];
        host::send(&settings.cluster, &headers, &[], TIMEOUT)
    }

    /// Counts what came of a poll, says so when that changes, and tries again sooner after a
    /// failure.
    fn settle(&mut self, outcome: Result<(), String>, now: u64, state: &mut State) {
        match outcome {
            Ok(()) => {
                state.counters.add(Counter::SamplingUpdates, 1);
                self.failing = false;
            }
            Err(reason) => {
                state.counters.add(Counter::SamplingUpdateFailures, 1);
                if !self.failing {
                    let cluster = &self.sampler.settings.cluster;
                    let message = format!(
                        "the sampling strategy of {cluster} {reason}; the last good one stays in force"
                    );
                    host::log(LogLevel::Warn, &message);
                }
                self.failing = true;
                let interval = self.sampler.settings.interval;
                self.due = now.saturating_add(interval.min(RETRY));
            }
        }
    }
}

impl Pipeline {
    /// Sends the polls that are due. Only to be called while the root context is active.
    pub fn poll(&self, state: &mut State, now: u64) {
        if let Ok(mut polls) = self.polls.try_borrow_mut() {
            polls.send_due(now, state);
        }
    }
}

fn service_name(resource: &Resource) -> &str {
    let attribute = resource.attributes.iter().find(|known| known.key == names::SERVICE_NAME);
    match attribute.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(any_value::Value::String(name)) => name,
        _ => "",
    }
}
