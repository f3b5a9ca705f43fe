//! What the requests of one plugin configuration share: settings, queue and export.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use proxy_wasm::types::LogLevel;
use spanmesh_core::config::{Config, OtlpHttp};
use spanmesh_core::counters::Counters;
use spanmesh_core::entropy::EntropyPool;
use spanmesh_core::exporter::{Exporter, Outcome};
use spanmesh_core::otlp::envelope::Envelope;
use spanmesh_core::queue::{BatchQueue, Push};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::resource;
use spanmesh_core::semconv::network;
use spanmesh_core::span::{SpanData, SpanKind, SpanSettings};
use spanmesh_core::tracer::Tracer;

use crate::host;
use crate::stats::Stats;

/// Longest time between ticks, in milliseconds: counters reach Envoy's statistics this often.
const REPORT_INTERVAL: u64 = 1_000;
const NANOS_PER_MILLI: u64 = 1_000_000;

/// One per root context; streams hold it too, so that a reload never disturbs a request.
#[derive(Debug)]
pub struct Pipeline {
    /// How requests are placed into traces.
    pub tracer: Tracer,
    /// What spans have in common.
    pub span: SpanSettings,
    kind: Cell<Option<SpanKind>>,
    /// Whether Envoy takes the caller's address from `x-forwarded-for` here, which hides the peer.
    forwarded_hides_peer: Cell<bool>,
    /// The parts that change.
    pub state: RefCell<State>,
}

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
    tick_period: u64,
    next_tick: u64,
}

// === impl Pipeline ===

impl Pipeline {
    /// Sets up a valid configuration; asks Envoy for the node's description.
    pub fn new(config: Config) -> Self {
        let node = |path: &[&str]| {
            let path = ["xds", "node"].iter().chain(path).copied().collect::<Vec<_>>().join("\0");
            String::from_utf8(host::property(&path)?).ok()
        };
        let resource = resource::detect(&config.resource, &node);
        let queue = BatchQueue::new(config.batch, Envelope::new(&resource));
        let state = State {
            entropy: EntropyPool::default(),
            counters: Counters::default(),
            expect_new_traces: true,
            exporter: Exporter::new(queue, config.retry),
            destination: config.exporter,
            stats: Stats::define(),
            tick_period: 0,
            next_tick: 0,
        };
        Self {
            tracer: Tracer { sampler: config.sampler },
            span: SpanSettings {
                redaction: config.redaction,
                attribute_value_length_limit: config.attribute_value_length_limit,
            },
            kind: Cell::new(config.direction),
            forwarded_hides_peer: Cell::new(false),
            state: RefCell::new(state),
        }
    }

    /// The side of this listener's exchanges: configured, or asked once from the listener. Only to
    /// be called while a stream is active. A listener without a direction, as at gateways, serves.
    pub fn kind(&self) -> SpanKind {
        self.kind.get().unwrap_or_else(|| {
            let outbound = host::number("xds\0listener_direction") == Some(2);
            let kind = if outbound { SpanKind::Client } else { SpanKind::Server };
            self.kind.set(Some(kind));
            kind
        })
    }

    /// Address and port of the other side. Whether a listener believes `x-forwarded-for` does not
    /// change, so a caller that it once hid is not asked for again when that header is there.
    pub fn peer(&self, kind: SpanKind, head: &RequestHead) -> Option<Vec<u8>> {
        if kind == SpanKind::Client {
            return host::property("upstream\0address");
        }
        let is_forwarded = head.forwarded_for().is_some();
        if is_forwarded && self.forwarded_hides_peer.get() {
            return None;
        }
        let peer = host::property("source\0address")?;
        if is_forwarded && network::is_forwarded(&peer) {
            self.forwarded_hides_peer.set(true);
        }
        Some(peer)
    }
}

// === impl State ===

impl State {
    /// Makes sure that ids for one more request can be made.
    pub fn refill_entropy(&mut self) {
        if self.entropy.is_low() {
            self.entropy.refill(host::fill_random);
        }
    }

    /// Queues a span that has ended.
    pub fn push(&mut self, span: &SpanData<'_>, settings: &SpanSettings) {
        let now = span.exchange.end;
        let push = self.exporter.push(now, &mut self.counters, |out| span.write(out, settings));
        if matches!(push, Push::Opened | Push::Filled) {
            self.schedule(now);
        }
    }

    /// Sends what is due, reports the counters and asks for the next tick. Only to be called
    /// while the root context is active.
    pub fn tick(&mut self, now: u64) {
        self.send_due(now);
        self.report();
        self.tick_period = 0;
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
        if self.tick_period == 0 || tick < self.next_tick {
            host::set_tick_period(wait as u32);
            (self.tick_period, self.next_tick) = (wait, tick);
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
    host::send(&destination.cluster, headers, body, timeout)
}
