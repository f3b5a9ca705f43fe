//! The exporter: whatever happens in whatever order, every span is accounted for, the same body
//! is sent again, and nothing is stuck when the collector recovers.

#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::arbitrary::{self, Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use prost::Message as _;
use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::otlp::messages::{ExportTraceServiceRequest, Resource};
use spanmesh_core::otlp::wire::{put_bytes, put_message};
use spanmesh_core::shared_data::{Conflict, SharedData};
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, ExporterSettings, Outcome, RetrySettings};
use spanmesh_export::queue::{BatchLimits, BatchQueue, DropPolicy, Push};

const SECOND: u64 = 1_000_000_000;
const LIMITS: BatchLimits = BatchLimits {
    schedule_delay: SECOND,
    max_export_batch_size: 4,
    max_export_batch_bytes: 1_000,
    max_queue_size: 10,
    max_queue_bytes: 4_000,
    drop_when_full: DropPolicy::Newest,
};
const TIMEOUT: u64 = 10 * SECOND;
const RETRY: RetrySettings = RetrySettings {
    initial_interval: SECOND,
    max_interval: 8 * SECOND,
    max_elapsed_time: 20 * SECOND,
};

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    /// A request ended; its span's name is that long.
    Push(u16),
    Poll,
    Answer {
        #[arbitrary(with = status)]
        status: u16,
        retry_after: Option<&'a [u8]>,
        body: &'a [u8],
        jitter: u32,
    },
    NoAnswer {
        sent: bool,
        jitter: u32,
    },
    /// Milliseconds pass.
    Wait(u16),
    /// The clock is set.
    SetClock(u64),
    Flush,
    /// A new VM takes the place of the old one.
    Replace,
}

fn status(input: &mut Unstructured<'_>) -> Result<u16> {
    input.choose(&[200, 200, 202, 299, 300, 400, 429, 500, 502, 503, 504]).copied()
}

fuzz_target!(|steps: Vec<Step<'_>>| {
    let mut subject = Subject::new();
    for step in steps {
        subject.take(&step);
        subject.check_account();
    }
    subject.recover();
});

struct Subject {
    exporter: Exporter,
    counters: Counters,
    now: u64,
    /// The body that the collector has not answered yet.
    in_flight: Option<Vec<u8>>,
    /// A body that must be sent again, unless it is dropped.
    again: Option<Vec<u8>>,
}

fn exporter() -> Exporter {
    let queue = BatchQueue::new(LIMITS, Envelope::new(&Resource::default()));
    let settings = ExporterSettings { retry: RETRY, timeout: TIMEOUT };
    Exporter::new(queue, settings, vec!["backend".to_owned()])
}

/// Shared data of one value.
#[derive(Default)]
struct Shelf(RefCell<Vec<u8>>);

impl SharedData for Shelf {
    fn get(&self, _key: &str) -> Option<(Vec<u8>, u32)> {
        Some((self.0.borrow().clone(), 1))
    }

    fn set(&self, _key: &str, value: &[u8], _number: u32) -> Result<(), Conflict> {
        self.0.replace(value.to_vec());
        Ok(())
    }
}

impl Subject {
    fn new() -> Self {
        let counters = Counters::default();
        Self { exporter: exporter(), counters, now: 1_000 * SECOND, in_flight: None, again: None }
    }

    fn take(&mut self, step: &Step<'_>) {
        match *step {
            Step::Push(length) => drop(self.push(length)),
            Step::Poll => self.poll(),
            Step::Answer { status, retry_after, body, jitter } => {
                self.hear(
                    &Outcome::Response { status, retry_after, content_type: None, body },
                    jitter,
                );
            }
            Step::NoAnswer { sent: true, jitter } => self.hear(&Outcome::NoResponse, jitter),
            Step::NoAnswer { sent: false, jitter } => self.hear(&Outcome::NotSent, jitter),
            Step::Wait(milliseconds) => {
                let passed = u64::from(milliseconds) * 1_000_000;
                self.now = self.now.saturating_add(passed);
            }
            Step::SetClock(now) => self.now = now,
            Step::Flush => self.exporter.flush(self.now),
            Step::Replace => {
                let (shelf, spans) = (Shelf::default(), self.exporter.spans());
                assert_eq!(self.exporter.hand_over("", &mut self.counters, &shelf), spans);
                assert!(self.exporter.is_empty());
                self.exporter = exporter();
                assert_eq!(self.exporter.inherit("", &mut self.counters, &shelf), spans);
                (self.in_flight, self.again) = (None, None);
            }
        }
    }

    fn push(&mut self, length: u16) -> Push {
        let name = vec![b'x'; length.into()];
        self.exporter.push(self.now, &mut self.counters, |out| {
            put_message(out, 2, |out| put_bytes(out, 5, &name));
        })
    }

    fn poll(&mut self) {
        while self.exporter.overdue(self.now).is_some() {
            self.hear(&Outcome::TimedOut, 0);
        }
        let body = self
            .exporter
            .poll_transmit(self.now, &mut self.counters)
            .map(|transmit| transmit.body.to_vec());
        let Some(body) = body else {
            let next = self.exporter.next_wakeup();
            assert!(next.is_none_or(|at| at > self.now), "nothing was due, and nothing is");
            return;
        };
        assert_eq!(self.in_flight, None, "one export at a time");
        let patience = self.now.saturating_add(TIMEOUT);
        let next = self.exporter.next_wakeup();
        assert!(next.is_some_and(|at| at <= patience), "an answer is awaited");
        assert_eq!(self.again.take().unwrap_or_else(|| body.clone()), body, "the same body");
        let request = ExportTraceServiceRequest::decode(body.as_slice()).expect("it decodes");
        let spans = request.resource_spans[0].scope_spans[0].spans.len();
        assert!((1..=LIMITS.max_export_batch_size).contains(&spans));
        self.in_flight = Some(body);
    }

    fn hear(&mut self, outcome: &Outcome<'_>, jitter: u32) {
        let before = self.exporter.spans();
        self.exporter.handle(0, self.now, outcome, jitter, &mut self.counters);
        let answered = self.in_flight.take();
        if self.exporter.spans() == before && answered.is_some() {
            self.again = answered;
        }
    }

    /// created = delivered + dropped + queued.
    fn check_account(&self) {
        let gone = [
            Counter::SpansDelivered,
            Counter::DroppedQueueFull,
            Counter::DroppedRejected,
            Counter::DroppedNotRetryable,
            Counter::DroppedRetryExhausted,
            Counter::DroppedShutdown,
        ];
        let gone: u64 = gone.map(|counter| self.counters.get(counter)).iter().sum();
        let queued = self.exporter.spans();
        assert_eq!(self.counters.get(Counter::SpansCreated), gone + queued as u64);
        assert!(queued <= LIMITS.max_queue_size);
        assert_eq!(self.exporter.is_empty(), queued == 0);
    }

    /// From now on the collector accepts everything: the queue empties, and takes as much as a
    /// new one.
    fn recover(&mut self) {
        let accepted =
            Outcome::Response { status: 200, retry_after: None, content_type: None, body: b"" };
        for _ in 0..=LIMITS.max_queue_size {
            self.hear(&accepted, 0);
            self.exporter.flush(self.now);
            if let Some(at) = self.exporter.next_wakeup() {
                self.now = self.now.max(at);
                self.poll();
            }
            self.check_account();
        }
        assert!(self.exporter.is_empty() && self.exporter.next_wakeup().is_none());
        let most = u16::try_from(LIMITS.max_queue_bytes).expect("it is small") - 6;
        assert_ne!(self.push(most), Push::Dropped, "all bytes came back");
    }
}
