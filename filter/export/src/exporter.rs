//! Delivery of batches: one export in flight, retries, and an account of every span.
//!
//! The state machine does no input or output. [`Exporter::poll_transmit`] hands out the body of
//! the next request, the adapter sends it, and [`Exporter::handle`] takes what came back. While a
//! batch waits for its next try, the batches behind it wait too: they would meet the same
//! collector.

mod outcome;
mod retry;
mod retry_after;

pub use outcome::Outcome;
pub use retry::RetrySettings;

use crate::queue::{Batch, BatchQueue, Push};
use outcome::Verdict;
use spanmesh_core::counters::{Counter, Counters};

/// The queue of one worker and the export that is under way.
#[derive(Debug)]
pub struct Exporter {
    queue: BatchQueue,
    retry: RetrySettings,
    state: State,
}

#[derive(Debug)]
enum State {
    Idle,
    InFlight(Attempt),
    BackingOff { attempt: Attempt, wait: Wait },
}

/// A time to sit out, in nanoseconds.
#[derive(Clone, Copy, Debug)]
struct Wait {
    from: u64,
    until: u64,
}

/// A batch that was sent at least once.
#[derive(Debug)]
struct Attempt {
    batch: Batch,
    /// When it was sent first, in nanoseconds.
    since: u64,
    /// Tries so far.
    tries: u32,
}

impl Exporter {
    /// An exporter with nothing to send.
    pub fn new(queue: BatchQueue, retry: RetrySettings) -> Self {
        Self { queue, retry, state: State::Idle }
    }

    /// Queues a span that `write` appends to its buffer, or counts it as dropped.
    pub fn push(
        &mut self,
        now: u64,
        counters: &mut Counters,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Push {
        let push = self.queue.push(now, write);
        counters.add(Counter::SpansCreated, 1);
        if push == Push::Dropped {
            counters.add(Counter::DroppedQueueFull, 1);
        }
        push
    }

    /// The body to send now, if any. From then on the export is in flight until
    /// [`Self::handle`] is told what came of it.
    pub fn poll_transmit(&mut self, now: u64, counters: &mut Counters) -> Option<&[u8]> {
        self.queue.close_due(now);
        let attempt = match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => Attempt { batch: self.queue.take_ready()?, since: now, tries: 0 },
            State::BackingOff { attempt, wait } if wait.is_over(now) => attempt,
            waiting => {
                self.state = waiting;
                return None;
            }
        };
        counters.add(Counter::ExportAttempts, 1);
        self.state = State::InFlight(Attempt { tries: attempt.tries.saturating_add(1), ..attempt });
        match &self.state {
            State::InFlight(attempt) => Some(attempt.batch.body()),
            State::Idle | State::BackingOff { .. } => None,
        }
    }

    /// Takes what came of the export in flight. `jitter` is any random number. Returns a text
    /// for the log when spans were lost or the collector had something to say.
    pub fn handle(
        &mut self,
        now: u64,
        outcome: &Outcome<'_>,
        jitter: u32,
        counters: &mut Counters,
    ) -> Option<String> {
        let attempt = match std::mem::replace(&mut self.state, State::Idle) {
            State::InFlight(attempt) => attempt,
            // An answer that nobody waits for changes nothing.
            other => {
                self.state = other;
                return None;
            }
        };
        let spans = attempt.batch.spans() as u64;
        match outcome.verdict(now) {
            Verdict::Accepted { rejected, message } => {
                let rejected = rejected.min(spans);
                counters.add(Counter::SpansDelivered, spans - rejected);
                counters.add(Counter::DroppedRejected, rejected);
                self.queue.release(attempt.batch);
                (rejected > 0 || !message.is_empty()).then(|| {
                    format!("the collector rejected {rejected} of {spans} spans: {message}")
                })
            }
            Verdict::Refused => {
                counters.add(Counter::ExportFailures, 1);
                self.drop_batch(attempt.batch, Counter::DroppedNotRetryable, counters);
                Some(format!("dropped {spans} spans: {outcome}, which must not be retried"))
            }
            Verdict::TryAgain { after } => {
                counters.add(Counter::ExportFailures, 1);
                let wait = self.retry.back_off(attempt.tries, jitter).max(after);
                let until = now.saturating_add(wait);
                if until > attempt.since.saturating_add(self.retry.max_elapsed_time) {
                    self.drop_batch(attempt.batch, Counter::DroppedRetryExhausted, counters);
                    return Some(format!("dropped {spans} spans: {outcome}, and no time is left"));
                }
                let first = attempt.tries == 1;
                self.state = State::BackingOff { attempt, wait: Wait { from: now, until } };
                first.then(|| format!("export failed, will try again: {outcome}"))
            }
        }
    }

    /// When [`Self::poll_transmit`] may have something next: `Some(0)` for now, `None` when
    /// nothing is queued or an answer is awaited first.
    pub fn next_wakeup(&self) -> Option<u64> {
        match &self.state {
            State::Idle => self.queue.next_ready(),
            State::InFlight(_) => None,
            State::BackingOff { wait, .. } => Some(wait.until),
        }
    }

    /// Lets the open batch leave without waiting for its delay.
    pub fn flush(&mut self) {
        self.queue.close_open();
    }

    /// Whether every span has been delivered or dropped.
    pub fn is_empty(&self) -> bool {
        self.spans() == 0
    }

    /// Spans that have been neither delivered nor dropped.
    pub fn spans(&self) -> usize {
        self.queue.spans()
    }

    /// Gives up everything that is left, because the host takes the filter away.
    pub fn abandon(&mut self, counters: &mut Counters) {
        let left = self.spans();
        self.queue.close_open();
        while let Some(batch) = self.queue.take_ready() {
            self.queue.release(batch);
        }
        if let State::InFlight(attempt) | State::BackingOff { attempt, .. } =
            std::mem::replace(&mut self.state, State::Idle)
        {
            self.queue.release(attempt.batch);
        }
        counters.add(Counter::DroppedShutdown, left as u64);
    }

    fn drop_batch(&mut self, batch: Batch, reason: Counter, counters: &mut Counters) {
        counters.add(reason, batch.spans() as u64);
        self.queue.release(batch);
    }
}

impl Wait {
    /// A clock that was set back counts as over: how long is left cannot be known.
    fn is_over(self, now: u64) -> bool {
        now >= self.until || now < self.from
    }
}

#[cfg(test)]
mod tests;
