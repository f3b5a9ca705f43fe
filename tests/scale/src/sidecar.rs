//! One sidecar: the filter's exporter, as `filter/src/state.rs` and `delivery.rs` drive it.

use spanmesh_core::counters::Counters;
use spanmesh_core::otlp::messages::Resource;
use spanmesh_core::semconv::SCHEMA_URL;
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, ExporterSettings, Outcome};
use spanmesh_export::queue::{BatchLimits, BatchQueue, Push};

use crate::random::Random;
use crate::scenario::{MILLI, SECOND, Scenario, defaults};
use crate::tier::Answer;

/// What stands for a span: an empty one. The bounds that count here are those of numbers.
const SPAN: [u8; 2] = [0x12, 0];
/// By how much longer than the host an answer is waited for (`GRACE` in `delivery.rs`).
const GRACE: u64 = 5 * SECOND;
/// Longest time between ticks, in milliseconds (`state.rs`).
const REPORT_INTERVAL: u64 = 1_000;

/// One sidecar with one worker.
#[derive(Debug)]
pub struct Sidecar {
    exporter: Exporter,
    pub random: Random,
    /// Mean time between two pushes.
    interval: u64,
    /// When the next request ends that has a span.
    pub next_push: u64,
    /// When the host ticks next.
    pub next_tick: Option<u64>,
    /// Whether the next request is among the events to come.
    pub awaits_push: bool,
    /// Pushes that fill the queue.
    most: u64,
}

impl Sidecar {
    /// Number `number` of a fleet; its first request ends within the first second.
    pub fn new(scenario: &Scenario, number: u64) -> Self {
        let mut random = Random::new(scenario.seed, number);
        let config = defaults();
        let grain = scenario.sampling.grain as usize;
        let limits = BatchLimits {
            max_export_batch_size: config.batch.max_export_batch_size / grain,
            max_queue_size: config.batch.max_queue_size / grain,
            ..config.batch
        };
        let most = limits.max_queue_size as u64;
        let queue = BatchQueue::new(limits, Envelope::new(&Resource::default()));
        let timeout = config.exporter.timeout + GRACE;
        let settings = ExporterSettings { retry: config.retry, timeout };
        let exporter = Exporter::new(queue, settings, vec!["collector".to_owned()]);
        let interval = SECOND * scenario.sampling.grain / scenario.spans_per_second();
        let next_push = random.below(SECOND);
        Self { exporter, random, interval, next_push, next_tick: None, awaits_push: true, most }
    }

    /// Queues the spans of all requests that have ended by now.
    pub fn push_due(&mut self, now: u64, counters: &mut Counters) {
        while self.next_push <= now {
            let at = self.next_push;
            match self.exporter.push(at, counters, |out| out.extend(SPAN)) {
                Push::Opened => self.exporter.jitter_delay(self.random.jitter()),
                Push::Dropped | Push::Joined | Push::Filled => {}
            }
            // Between half the mean and one and a half times it.
            self.next_push += self.interval / 2 + self.random.below(self.interval.max(1));
        }
    }

    /// Gives the next export to send and how many pushes it has.
    pub fn transmit(&mut self, now: u64, counters: &mut Counters) -> Option<u64> {
        self.exporter.poll_transmit(now, counters).map(|transmit| pushes(transmit.body))
    }

    /// Takes an answer.
    pub fn hear(&mut self, now: u64, answer: Option<Answer>, counters: &mut Counters) {
        let response =
            |status| Outcome::Response { status, retry_after: None, content_type: None, body: b"" };
        let outcome = match answer {
            None => Outcome::NotSent,
            Some(Answer::Taken) => response(200),
            Some(Answer::Busy | Answer::Refused) => response(503),
            Some(Answer::TooLate) => response(504),
            Some(Answer::Lost) => Outcome::NoResponse,
        };
        let jitter = self.random.jitter();
        self.exporter.handle(0, now, &outcome, jitter, counters);
    }

    /// When the host is to tick next, if that is news: as the adapter asks it to.
    pub fn schedule(&mut self, now: u64) -> Option<u64> {
        let due = self.exporter.next_wakeup().unwrap_or(u64::MAX);
        let wait = due.saturating_sub(now).div_ceil(MILLI).clamp(1, REPORT_INTERVAL);
        let tick = now + wait * MILLI;
        let is_earlier = self.next_tick.is_none_or(|next| tick < next);
        is_earlier.then(|| *self.next_tick.insert(tick))
    }

    /// Whether whatever comes is dropped.
    pub fn is_full(&self) -> bool {
        self.queued() >= self.most
    }

    /// Spans, in pushes, that are neither delivered nor dropped.
    pub fn queued(&self) -> u64 {
        self.exporter.spans() as u64
    }
}

/// How many spans an encoded `ExportTraceServiceRequest` of this simulation has: they stand before
/// the two schemas, and nothing else ends like them.
fn pushes(body: &[u8]) -> u64 {
    let schema = 2 + SCHEMA_URL.len();
    let spans = &body[..body.len() - 2 * schema];
    spans.rchunks_exact(SPAN.len()).take_while(|span| **span == SPAN).count() as u64
}
