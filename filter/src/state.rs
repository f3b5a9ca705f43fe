//! The changing half of a pipeline: random bytes, counters, the queue, and when to tick.

use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::entropy::EntropyPool;
use spanmesh_core::otlp::attributes::Cuts;
use spanmesh_core::span::{SpanData, SpanSettings};
use spanmesh_export::destination::Destination;
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Outcome, RetrySettings};
use spanmesh_export::queue::{BatchLimits, BatchQueue, Push};

use crate::delivery::{Call, Delivery, Hand};
use crate::host::{self, SharedStore};
use crate::stats::Stats;

/// Longest time between ticks, in milliseconds: counters reach Envoy's statistics this often.
const REPORT_INTERVAL: u64 = 1_000;
const NANOS_PER_MILLI: u64 = 1_000_000;

/// The changing half of a pipeline.
#[derive(Debug)]
pub struct State {
    /// Random bytes for ids.
    pub entropy: EntropyPool,
    /// Counts since the last report.
    pub counters: Counters,
    /// Whether the last request that was asked for a `traceparent` had none: then the next is
    /// asked too before all its headers are read.
    pub expect_new_traces: bool,
    delivery: Delivery,
    stats: Stats,
    /// When the host ticks next, in nanoseconds; `None` when that is to be asked for anew.
    next_tick: Option<u64>,
}

// === impl State ===

impl State {
    /// An empty queue that is sent to `destination`, each batch wrapped in `envelope`.
    pub fn new(
        limits: BatchLimits,
        retry: RetrySettings,
        destination: Destination,
        envelope: Envelope,
    ) -> Self {
        Self {
            entropy: EntropyPool::default(),
            counters: Counters::default(),
            expect_new_traces: true,
            delivery: Delivery::new(BatchQueue::new(limits, envelope), retry, destination),
            stats: Stats::define(),
            next_tick: None,
        }
    }

    /// Makes sure that ids for one more request can be made.
    pub fn refill_entropy(&mut self) {
        if self.entropy.is_low() {
            self.entropy.refill(host::fill_random);
        }
    }

    /// Queues a span that has ended.
    pub fn push(&mut self, span: &SpanData<'_>, settings: &SpanSettings) {
        self.counters.add(Counter::SpansKept, span.keep_reason.is_some().into());
        let mut cuts = Cuts::default();
        self.push_with(span.exchange.end, |out| cuts = span.write(out, settings));
        self.count_cuts(cuts);
    }

    /// Counts what the limits took from a span that was encoded.
    pub fn count_cuts(&mut self, cuts: Cuts) {
        self.counters.add(Counter::AttributesDropped, cuts.dropped.into());
        self.counters.add(Counter::AttributesTruncated, cuts.truncated.into());
    }

    /// Queues a span that was held, as it was encoded.
    pub fn push_held(&mut self, now: u64, span: &[u8]) {
        self.counters.add(Counter::SpansKept, 1);
        self.push_with(now, |out| out.extend_from_slice(span));
    }

    fn push_with(&mut self, now: u64, write: impl FnOnce(&mut Vec<u8>)) {
        let exporter = &mut self.delivery.exporter;
        match exporter.push(now, &mut self.counters, write) {
            Push::Dropped | Push::Joined => return,
            Push::Opened => exporter.jitter_delay(self.entropy.number().unwrap_or(u32::MAX)),
            Push::Filled => {}
        }
        self.schedule(now);
    }

    /// Sends what is due, reports the counters and asks for the next tick. Only to be called
    /// while the root context is active.
    pub fn tick(&mut self, now: u64) {
        self.with_delivery(|delivery, hand| delivery.send_due(now, hand));
        self.report();
        self.next_tick = None;
        self.schedule(now);
    }

    /// Whether an answer is one to an export.
    pub fn is_waiting_for(&self, call: Call) -> bool {
        self.delivery.is_waiting_for(call)
    }

    /// Takes what came of an export, then goes on as on a tick.
    pub fn handle(&mut self, call: Call, now: u64, outcome: &Outcome<'_>) {
        self.with_delivery(|delivery, hand| delivery.take_answer(call, now, outcome, hand));
        self.tick(now);
    }

    /// Lets every queued span leave without waiting for its batch to fill.
    pub fn flush(&mut self, now: u64) {
        self.delivery.exporter.flush(now);
        self.tick(now);
    }

    /// Whether every span has been delivered or dropped.
    pub fn is_drained(&self) -> bool {
        self.delivery.exporter.is_empty()
    }

    /// Leaves what is queued or on its way to later VMs of the plugin, because this one goes. The host
    /// takes the calls back.
    pub fn hand_over(&mut self, key: &str) {
        let left = self.delivery.exporter.hand_over(key, &mut self.counters, &SharedStore);
        self.stats.forget_queued(left as i64);
        self.report();
    }

    /// Takes what VMs that went have left.
    pub fn inherit(&mut self, key: &str) {
        let taken = self.delivery.exporter.inherit(key, &mut self.counters, &SharedStore);
        self.stats.forget_queued(-(taken as i64));
    }

    fn with_delivery(&mut self, act: impl FnOnce(&mut Delivery, &mut Hand<'_>)) {
        self.refill_entropy();
        let jitter = self.entropy.number().unwrap_or_default();
        let mut hand = Hand { counters: &mut self.counters, stats: &self.stats, jitter };
        act(&mut self.delivery, &mut hand);
    }

    fn report(&mut self) {
        self.stats.report(&mut self.counters, self.delivery.exporter.spans());
    }

    /// Asks for a tick when the exporter next has something to do, unless an earlier one is set.
    fn schedule(&mut self, now: u64) {
        let due = self.delivery.exporter.next_wakeup().unwrap_or(u64::MAX);
        let wait = due.saturating_sub(now).div_ceil(NANOS_PER_MILLI).clamp(1, REPORT_INTERVAL);
        let tick = now.saturating_add(wait * NANOS_PER_MILLI);
        if self.next_tick.is_none_or(|next| tick < next) {
            host::set_tick_period(wait as u32);
            self.next_tick = Some(tick);
        }
    }
}
