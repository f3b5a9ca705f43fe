//! A worker that has been running for a while.

use std::hint::black_box;

use spanmesh_config::Config;
use spanmesh_core::counters::Counters;
use spanmesh_core::entropy::EntropyPool;
use spanmesh_core::otlp::messages::{KeyValue, Resource};
use spanmesh_core::propagation::tracecontext;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{KnownListener, Request};
use spanmesh_core::shared_data::{Conflict, SharedData};
use spanmesh_core::span::SpanSettings;
use spanmesh_core::tracer::{Hop, Placement, Surroundings, Tracer};
use spanmesh_core::trust::Crossing;
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, ExporterSettings, Outcome};
use spanmesh_export::queue::{BatchQueue, Push};

use crate::scenario::Scenario;

/// The parts of a worker that a request passes, with the default configuration.
#[derive(Debug)]
pub struct Worker {
    /// How requests are placed into traces.
    pub tracer: Tracer,
    /// What spans have in common.
    pub settings: SpanSettings,
    entropy: EntropyPool,
    counters: Counters,
    exporter: Exporter,
}

/// Stores nothing: no part of the default configuration is shared.
#[derive(Debug)]
struct NoSharedData;

// === impl Worker ===

impl Default for Worker {
    fn default() -> Self {
        let smallest = br#"{"exporter": {"otlp_http": {"cluster": "collector"}}}"#;
        let config = Config::parse(smallest, &|_| None).expect("the smallest configuration");
        let attributes = vec![
            KeyValue::string("service.name", "shop"),
            KeyValue::string("service.instance.id", "shop-7d4b9c6f5-x2x9z.shop"),
        ];
        let queue = BatchQueue::new(config.batch, Envelope::new(&Resource { attributes }));
        let settings = ExporterSettings { retry: config.retry, timeout: config.exporter.timeout };
        Self {
            tracer: {
                let may_keep = config.keep.is_some();
                Tracer::new(config.sampler, config.force, config.propagation, may_keep)
            },
            settings: config.span,
            entropy: EntropyPool::default(),
            counters: Counters::default(),
            exporter: Exporter::new(queue, settings, vec!["collector".to_owned()]),
        }
    }
}

impl Worker {
    /// Places a request and prints what the next hop is told; random bytes are refilled when they
    /// run out, as the adapter does.
    pub fn start(&mut self, scenario: &Scenario, head: &RequestHead) -> Hop {
        if self.entropy.is_low() {
            self.entropy.refill(|bytes| {
                bytes.fill(0xab);
                true
            });
        }
        let request =
            Request { head, listener: &KnownListener { kind: scenario.kind, port: None } };
        let surroundings = Surroundings { now: &|| scenario.exchange.start, shared: &NoSharedData };
        let Self { tracer, entropy, counters, .. } = self;
        match tracer.start(request, Crossing::Within, surroundings, entropy, counters) {
            Placement::Hop(hop) => {
                black_box(tracecontext::print(&hop.context));
                hop
            }
            other => panic!("every request is sampled: {other:?}"),
        }
    }

    /// Places a request and queues its span. A full batch leaves at once and is accepted.
    pub fn start_and_push(&mut self, scenario: &Scenario, head: &RequestHead) -> Hop {
        let hop = self.start(scenario, head);
        let span = scenario.span(head, &hop);
        let (now, settings) = (span.exchange.end, &self.settings);
        let push = self.exporter.push(now, &mut self.counters, |out| {
            span.write(out, settings);
        });
        assert_ne!(push, Push::Dropped);
        if push == Push::Filled {
            let body = self.exporter.poll_transmit(now, &mut self.counters);
            assert!(body.is_some_and(|transmit| !transmit.body.is_empty()));
            let accepted =
                Outcome::Response { status: 200, retry_after: None, content_type: None, body: b"" };
            self.exporter.handle(0, now, &accepted, 0, &mut self.counters);
        }
        hop
    }

    /// The whole of one request: read the header list, place it, queue its span.
    pub fn request(&mut self, scenario: &Scenario, buffer: Vec<u8>) -> Hop {
        self.start_and_push(scenario, &RequestHead::new(buffer))
    }
}

// === impl NoSharedData ===

impl SharedData for NoSharedData {
    fn get(&self, _key: &str) -> Option<(Vec<u8>, u32)> {
        None
    }

    fn set(&self, _key: &str, _value: &[u8], _number: u32) -> Result<(), Conflict> {
        Ok(())
    }
}
