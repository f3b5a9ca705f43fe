//! Delivery of batches: retries, failover, and an account of every span.
//!
//! The state machine does no input or output. [`Exporter::poll_transmit`] hands out the body of the
//! next request and the cluster it is for, the adapter sends it, and [`Exporter::handle`] takes what
//! came back. One export at a time is on its way to a cluster. A cluster that fails is left alone for
//! growing intervals, in which nothing is sent to it, and batches go to the next cluster or wait.

mod handover;
mod journal;
mod outcome;
mod retry;
mod retry_after;
mod target;

pub use outcome::Outcome;
pub use retry::{RetrySettings, spread};

use crate::queue::{Batch, BatchQueue, Push};
use crate::wait::Wait;
use journal::Journal;
use outcome::Verdict;
use spanmesh_core::counters::{Counter, Counters};
use target::{InFlight, Target};

/// The queue of one worker and the exports that are under way.
#[derive(Debug)]
pub struct Exporter {
    queue: BatchQueue,
    settings: ExporterSettings,
    targets: Vec<Target>,
    journal: Journal,
}

/// How batches are delivered.
#[derive(Clone, Copy, Debug)]
pub struct ExporterSettings {
    /// When to try again.
    pub retry: RetrySettings,
    /// Nanoseconds after which an export without an answer has failed.
    pub timeout: u64,
}

/// An export to send.
#[derive(Clone, Copy, Debug)]
pub struct Transmit<'a> {
    /// Number of the cluster, from 0, the first choice.
    pub target: usize,
    /// An encoded `ExportTraceServiceRequest`.
    pub body: &'a [u8],
}

/// What came of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Nanoseconds from its sending to its answer; `None` when it never left the host.
    pub duration: Option<u64>,
    /// Spans of it.
    pub spans: usize,
    /// What to log.
    pub notice: Option<Notice>,
}

/// A line for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Spans were lost, or will be if it lasts.
    Trouble(String),
    /// A trouble that was told is over.
    Recovery(String),
}

impl Exporter {
    /// An exporter with nothing to send, to `clusters`, which the log calls so: to the first if it
    /// works, else to the next.
    pub fn new(queue: BatchQueue, settings: ExporterSettings, clusters: Vec<String>) -> Self {
        let targets = clusters.into_iter().map(Target::new).collect();
        Self { queue, settings, targets, journal: Journal::default() }
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
        let dropped = u64::from(push == Push::Dropped) + self.queue.take_evicted() as u64;
        counters.add(Counter::DroppedQueueFull, dropped);
        push
    }

    /// Shortens the delay of a batch that was opened just now, lest proxies export in step;
    /// `jitter` is any random number.
    pub fn jitter_delay(&mut self, jitter: u32) {
        self.queue.jitter_delay(jitter);
    }

    /// The export to send now, if any. From then on it is in flight until [`Self::handle`] is told
    /// what came of it.
    pub fn poll_transmit(&mut self, now: u64, counters: &mut Counters) -> Option<Transmit<'_>> {
        let number = self.free_target(now)?;
        // While others wait to be sent, a batch goes on filling: what waited leaves in few exports.
        if !self.queue.is_ready() {
            self.queue.close_due(now);
        }
        let mut batch = self.queue.take_ready()?;
        batch.first_sent.get_or_insert(now);
        counters.add(Counter::ExportAttempts, 1);
        counters.add(Counter::ExportFailovers, u64::from(number > 0));
        let patience = Wait::new(now, self.settings.timeout);
        let in_flight = InFlight { batch, sent: now, patience };
        let in_flight = self.targets.get_mut(number)?.in_flight.insert(in_flight);
        Some(Transmit { target: number, body: in_flight.batch.body() })
    }

    /// The first cluster that is free, if those before it fail.
    fn free_target(&self, now: u64) -> Option<usize> {
        for (number, target) in self.targets.iter().enumerate() {
            if target.is_free(now) {
                return Some(number);
            }
            if !target.is_failing() {
                return None;
            }
        }
        None
    }

    /// The number of a cluster whose answer has been waited for too long.
    pub fn overdue(&self, now: u64) -> Option<usize> {
        let is_overdue = |target: &Target| {
            target.in_flight.as_ref().is_some_and(|export| export.patience.is_over(now))
        };
        self.targets.iter().position(is_overdue)
    }

    /// Takes what came of the export in flight to cluster number `target`. `jitter` is any random
    /// number.
    pub fn handle(
        &mut self,
        target: usize,
        now: u64,
        outcome: &Outcome<'_>,
        jitter: u32,
        counters: &mut Counters,
    ) -> Option<Settled> {
        let number = target;
        let target = self.targets.get_mut(number)?;
        // An answer that nobody waits for changes nothing.
        let InFlight { batch, sent, .. } = target.in_flight.take()?;
        let spans = batch.spans();
        let duration = (!outcome.is_local()).then(|| now.saturating_sub(sent));
        let verdict = outcome.verdict(now);
        if !matches!(verdict, Verdict::Accepted { .. }) {
            counters.add(Counter::ExportFailures, 1);
        }
        let notice = match verdict {
            Verdict::Accepted { rejected, message } => {
                self.accepted(number, now, batch, (rejected, message), counters)
            }
            Verdict::TooLarge => {
                target.recover();
                self.queue.put_back_halves(batch).err().and_then(|batch| {
                    self.drop_batch(batch, Counter::DroppedTooLarge, counters);
                    self.trouble(
                        number,
                        now,
                        &format!("{outcome}: dropped a span that is too large"),
                    )
                })
            }
            Verdict::Refused => {
                target.recover();
                self.drop_batch(batch, Counter::DroppedNotRetryable, counters);
                let text = format!("dropped spans: {outcome}, which must not be retried");
                self.trouble(number, now, &text)
            }
            Verdict::TryAgain { after } => {
                target.failures = target.failures.saturating_add(1);
                let failures = if outcome.is_local() { 1 } else { target.failures };
                let wait = self.settings.retry.back_off(failures, jitter).max(after);
                target.wait = Some(Wait::new(now, wait));
                self.failed(number, now, batch, outcome, counters)
            }
        };
        Some(Settled { duration, spans, notice })
    }

    fn accepted(
        &mut self,
        number: usize,
        now: u64,
        batch: Batch,
        (rejected, message): (u64, String),
        counters: &mut Counters,
    ) -> Option<Notice> {
        let spans = batch.spans() as u64;
        let rejected = rejected.min(spans);
        counters.add(Counter::SpansDelivered, spans - rejected);
        counters.add(Counter::DroppedRejected, rejected);
        self.queue.release(batch);
        let target = self.targets.get_mut(number)?;
        if let Some(failures) = target.recover() {
            let name = &target.name;
            return Some(Notice::Recovery(format!(
                "{name}: works again, after {failures} failures"
            )));
        }
        if rejected == 0 && message.is_empty() {
            return None;
        }
        let what = if rejected == 0 { "warning" } else { "spans were rejected" };
        self.trouble(number, now, &format!("{what}: {message}"))
    }

    /// A batch could not be delivered now: it waits for its next try, unless that comes too late.
    fn failed(
        &mut self,
        number: usize,
        now: u64,
        batch: Batch,
        outcome: &Outcome<'_>,
        counters: &mut Counters,
    ) -> Option<Notice> {
        let next = self.targets.iter().map(Target::free_at).min().unwrap_or(now).max(now);
        let first_sent = batch.first_sent.unwrap_or(now);
        let earliest = next.saturating_sub(self.settings.retry.max_elapsed_time);
        if first_sent < earliest {
            self.drop_batch(batch, Counter::DroppedRetryExhausted, counters);
            let dropped = self.queue.drop_sent_before(earliest);
            counters.add(Counter::DroppedRetryExhausted, dropped as u64);
            return self.trouble(number, now, "drops spans that could not be delivered in time");
        }
        self.queue.put_back(batch);
        if self.targets.get(number)?.is_reported {
            return None;
        }
        let text = format!("export failed, will be tried again: {outcome}");
        let notice = self.trouble(number, now, &text)?;
        self.targets.get_mut(number)?.is_reported = true;
        Some(notice)
    }

    fn trouble(&mut self, number: usize, now: u64, text: &str) -> Option<Notice> {
        let name = &self.targets.get(number)?.name;
        self.journal.tell(now, [name, ": ", text].concat()).map(Notice::Trouble)
    }

    /// When [`Self::poll_transmit`] or [`Self::overdue`] may have something next: `Some(0)` for
    /// now, `None` when nothing is queued.
    pub fn next_wakeup(&self) -> Option<u64> {
        let answers = self.targets.iter().filter_map(|target| target.in_flight.as_ref());
        let overdue = answers.map(|export| export.patience.until).min();
        let due = if self.queue.is_ready() { Some(0) } else { self.queue.open_due() };
        let ready = due.and_then(|due| Some(self.next_free()?.max(due)));
        [overdue, ready].into_iter().flatten().min()
    }

    /// When the next cluster is free, unless that depends on an answer.
    fn next_free(&self) -> Option<u64> {
        let mut next: Option<u64> = None;
        for target in &self.targets {
            if target.in_flight.is_none() {
                next = Some(next.map_or(target.free_at(), |next| next.min(target.free_at())));
            }
            if !target.is_failing() {
                break;
            }
        }
        next
    }

    /// Lets the open batch leave without waiting for its delay, because nothing comes any more.
    /// The time of every batch begins now, so that all of them have gone when
    /// `retry.max_elapsed_time` is over, however many they are.
    pub fn flush(&mut self, now: u64) {
        self.queue.close_open();
        self.queue.begin_time(now);
    }

    /// Whether every span has been delivered or dropped.
    pub fn is_empty(&self) -> bool {
        self.spans() == 0
    }

    /// Spans that have been neither delivered nor dropped.
    pub fn spans(&self) -> usize {
        self.queue.spans()
    }

    fn drop_batch(&mut self, batch: Batch, reason: Counter, counters: &mut Counters) {
        counters.add(reason, batch.spans() as u64);
        self.queue.release(batch);
    }
}

#[cfg(test)]
mod tests;
