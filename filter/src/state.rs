//! The changing half of a pipeline: random bytes, counters, the queue, and when to tick.

use std::time::Duration;

use proxy_wasm::types::LogLevel;
use spanmesh_config::OtlpHttp;
use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::entropy::EntropyPool;
use spanmesh_core::otlp::attributes::Cuts;
use spanmesh_core::span::{SpanData, SpanSettings};
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, Outcome, RetrySettings};
use spanmesh_export::queue::{BatchLimits, BatchQueue, Push};

use crate::host;
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
    exporter: Exporter,
    destination: OtlpHttp,
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
        destination: OtlpHttp,
        envelope: Envelope,
    ) -> Self {
        Self {
            entropy: EntropyPool::default(),
            counters: Counters::default(),
            expect_new_traces: true,
            exporter: Exporter::new(BatchQueue::new(limits, envelope), retry),
            destination,
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
        let push = self.exporter.push(now, &mut self.counters, write);
        if matches!(push, Push::Opened | Push::Filled) {
            self.schedule(now);
        }
    }

    /// Sends what is due, reports the counters and asks for the next tick. Only to be called
    /// while the root context is active.
    pub fn tick(&mut self, now: u64) {
        self.send_due(now);
        self.report();
        self.next_tick = None;
        self.schedule(now);
    }

    /// Takes what came of the export in flight, then goes on as on a tick.
    pub fn handle(&mut self, now: u64, outcome: &Outcome<'_>) {
        self.settle(now, outcome);
        self.tick(now);
    }

    /// Lets every queued span leave without waiting for its batch to fill.
    pub fn flush(&mut self, now: u64) {
        self.exporter.flush();
        self.tick(now);
    }

    /// Whether every span has been delivered or dropped.
    pub fn is_drained(&self) -> bool {
        self.exporter.is_empty()
    }

    /// Counts what is left as lost, because the host takes the filter away.
    pub fn abandon(&mut self) {
        self.exporter.abandon(&mut self.counters);
        self.report();
    }

    fn send_due(&mut self, now: u64) {
        while let Some(body) = self.exporter.poll_transmit(now, &mut self.counters) {
            if send(&self.destination, body).is_ok() {
                return;
            }
            self.settle(now, &Outcome::NotSent);
        }
    }

    fn settle(&mut self, now: u64, outcome: &Outcome<'_>) {
        self.refill_entropy();
        let jitter = self.entropy.number().unwrap_or_default();
        if let Some(message) = self.exporter.handle(now, outcome, jitter, &mut self.counters) {
            host::log(LogLevel::Warn, &message);
        }
    }

    fn report(&mut self) {
        self.stats.report(&mut self.counters, self.exporter.spans());
    }

    /// Asks for a tick when the exporter next has something to do, unless an earlier one is set.
    fn schedule(&mut self, now: u64) {
        let due = self.exporter.next_wakeup().unwrap_or(u64::MAX);
        let wait = due.saturating_sub(now).div_ceil(NANOS_PER_MILLI).clamp(1, REPORT_INTERVAL);
        let tick = now.saturating_add(wait * NANOS_PER_MILLI);
        if self.next_tick.is_none_or(|next| tick < next) {
            host::set_tick_period(wait as u32);
            self.next_tick = Some(tick);
        }
    }
}

/// Starts an export request.
fn send(destination: &OtlpHttp, body: &[u8]) -> Result<(), host::HostError> {
    let mut headers = vec![
        (":method", "POST"),
        (":path", destination.path.as_str()),
        (":authority", destination.authority.as_str()),
        ("content-type", "application/x-protobuf"),
        ("user-agent", concat!("OTel-OTLP-Exporter-spanmesh/", env!("CARGO_PKG_VERSION"))),
    ];
    headers.extend(destination.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let timeout = Duration::from_millis(destination.timeout_ms);
    host::send(&destination.cluster, &headers, body, timeout).map(|_token| ())
}
