mod failover;
mod handover;
mod trouble;

use super::*;
use crate::envelope::Envelope;
use crate::queue::{BatchLimits, DropPolicy};
use spanmesh_core::otlp::messages::Resource;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SECOND: u64 = 1_000_000_000;
const ACCEPTED: Outcome<'_> =
    Outcome::Response { status: 200, retry_after: None, content_type: None, body: b"" };
const BUSY: Outcome<'_> =
    Outcome::Response { status: 503, retry_after: None, content_type: None, body: b"" };
const UNAUTHORIZED: Outcome<'_> =
    Outcome::Response { status: 401, retry_after: None, content_type: None, body: b"" };
const TOO_LARGE: Outcome<'_> =
    Outcome::Response { status: 413, retry_after: None, content_type: None, body: b"" };

const LIMITS: BatchLimits = BatchLimits {
    schedule_delay: SECOND,
    max_export_batch_size: 2,
    max_export_batch_bytes: 10_000,
    max_queue_size: 8,
    max_queue_bytes: 10_000,
    drop_when_full: DropPolicy::Newest,
};

/// An exporter of batches of two spans, with its counters.
struct Subject {
    exporter: Exporter,
    counters: Counters,
}

impl Subject {
    fn new() -> Self {
        Self::with(LIMITS, &["first"])
    }

    fn with(limits: BatchLimits, clusters: &[&str]) -> Self {
        let queue = BatchQueue::new(limits, Envelope::new(&Resource::default()));
        let retry = RetrySettings {
            initial_interval: SECOND,
            max_interval: 8 * SECOND,
            max_elapsed_time: 20 * SECOND,
        };
        let settings = ExporterSettings { retry, timeout: 10 * SECOND };
        let clusters = clusters.iter().map(|&name| name.to_owned()).collect();
        let exporter = Exporter::new(queue, settings, clusters);
        Self { exporter, counters: Counters::default() }
    }

    fn push(&mut self, now: u64, count: usize) {
        for _ in 0..count {
            self.exporter.push(now, &mut self.counters, |out| out.extend([0x12, 0]));
        }
    }

    /// The number of the cluster that is sent to.
    fn target(&mut self, now: u64) -> Option<usize> {
        Some(self.exporter.poll_transmit(now, &mut self.counters)?.target)
    }

    fn sends(&mut self, now: u64) -> bool {
        self.target(now).is_some()
    }

    /// What the first cluster answers, and what is logged.
    fn hears(&mut self, now: u64, outcome: &Outcome<'_>) -> Option<String> {
        self.hears_from(0, now, outcome)
    }

    fn hears_from(&mut self, target: usize, now: u64, outcome: &Outcome<'_>) -> Option<String> {
        let settled = self.exporter.handle(target, now, outcome, 0, &mut self.counters);
        self.check_account();
        match settled?.notice? {
            Notice::Trouble(text) | Notice::Recovery(text) => Some(text),
        }
    }

    fn count(&self, counter: Counter) -> u64 {
        self.counters.get(counter)
    }

    /// created = delivered + dropped + queued, at every moment.
    fn check_account(&self) {
        let dropped: u64 = [
            Counter::DroppedQueueFull,
            Counter::DroppedRejected,
            Counter::DroppedNotRetryable,
            Counter::DroppedRetryExhausted,
            Counter::DroppedTooLarge,
            Counter::DroppedShutdown,
        ]
        .map(|counter| self.count(counter))
        .iter()
        .sum();
        let accounted =
            self.count(Counter::SpansDelivered) + dropped + self.exporter.spans() as u64;
        assert_eq!(self.count(Counter::SpansCreated), accounted);
    }
}

#[test]
fn one_export_is_in_flight_at_a_time() {
    let mut subject = Subject::new();
    subject.push(0, 4);
    assert!(subject.sends(0));
    assert!(!subject.sends(0), "the second batch waits for the first answer");
    assert_eq!(subject.exporter.next_wakeup(), Some(10 * SECOND), "only its time can run out");
    assert_eq!(subject.hears(1, &ACCEPTED), None);
    assert_eq!(subject.count(Counter::SpansDelivered), 2);
    assert!(subject.sends(1));
}

#[test]
fn a_retryable_failure_is_tried_again_with_the_same_body_until_it_is_accepted() {
    let mut subject = Subject::new();
    subject.push(0, 2);
    let body = |transmit: Transmit<'_>| transmit.body.to_vec();
    let first = subject.exporter.poll_transmit(0, &mut subject.counters).map(body);
    assert!(subject.hears(0, &BUSY).is_some(), "the first failure is logged");
    assert_eq!(subject.exporter.next_wakeup(), Some(SECOND / 2));
    assert!(!subject.sends(SECOND / 2 - 1), "not before the back-off is over");
    let again = subject.exporter.poll_transmit(SECOND / 2, &mut subject.counters).map(body);
    assert_eq!(again, first);
    assert_eq!(subject.hears(SECOND, &BUSY), None, "later failures of the batch are not");
    assert_eq!(subject.exporter.next_wakeup(), Some(2 * SECOND), "the interval doubled");
    assert!(subject.sends(2 * SECOND));
    assert_eq!(
        subject.hears(2 * SECOND, &ACCEPTED).as_deref(),
        Some("first: works again, after 2 failures")
    );
    assert!(
        subject.exporter.is_empty() && !subject.sends(100 * SECOND),
        "accepted once, sent no more"
    );
    assert_eq!(
        (subject.count(Counter::ExportAttempts), subject.count(Counter::ExportFailures)),
        (3, 2)
    );
}

#[test]
fn a_batch_goes_on_filling_while_nothing_can_be_sent() {
    let mut subject = Subject::new();
    subject.push(0, 1);
    assert!(subject.sends(SECOND), "its delay is over");
    subject.push(SECOND, 1);
    assert!(!subject.sends(3 * SECOND), "an answer is waited for");
    assert_eq!(subject.exporter.next_wakeup(), Some(11 * SECOND), "only its time can run out");
    subject.hears(3 * SECOND, &BUSY);
    assert_eq!(subject.exporter.next_wakeup(), Some(3 * SECOND + SECOND / 2));
    subject.push(3 * SECOND, 1);
    let first = subject.exporter.poll_transmit(4 * SECOND, &mut subject.counters).unwrap();
    let first = first.body.len();
    subject.hears(4 * SECOND, &ACCEPTED);
    let second = subject.exporter.poll_transmit(4 * SECOND, &mut subject.counters).unwrap();
    assert_eq!(second.body.len(), first + 2, "both spans of that time in one export");
    subject.hears(4 * SECOND, &ACCEPTED);
    assert!(subject.exporter.is_empty());
}

#[test]
fn the_open_batch_waits_for_its_delay_and_for_the_cluster() {
    let mut subject = Subject::new();
    subject.push(0, 1);
    assert_eq!(subject.exporter.next_wakeup(), Some(SECOND), "its delay");
    assert!(subject.sends(SECOND));
    subject.hears(SECOND, &BUSY);
    assert!(subject.sends(2 * SECOND));
    subject.push(2 * SECOND, 1);
    subject.hears(2 * SECOND, &ACCEPTED);
    assert_eq!(subject.exporter.next_wakeup(), Some(3 * SECOND), "the delay again");
}

#[test]
fn retry_after_is_honoured_and_its_deadline_too() {
    let mut subject = Subject::new();
    subject.push(0, 2);
    assert!(subject.sends(0));
    subject.hears(
        0,
        &Outcome::Response { status: 429, retry_after: Some(b"5"), content_type: None, body: b"" },
    );
    assert_eq!(subject.exporter.next_wakeup(), Some(5 * SECOND));
    assert!(subject.sends(5 * SECOND));
    subject.hears(
        5 * SECOND,
        &Outcome::Response { status: 429, retry_after: Some(b"60"), content_type: None, body: b"" },
    );
    assert_eq!(subject.count(Counter::DroppedRetryExhausted), 2, "60 s is past the deadline");
}

#[test]
fn a_batch_is_dropped_when_its_time_is_over_and_the_next_gets_its_own() {
    let mut subject = Subject::new();
    subject.push(0, 4);
    let mut now = 0;
    while subject.count(Counter::DroppedRetryExhausted) == 0 {
        assert!(subject.sends(now));
        subject.hears(now, &Outcome::NoResponse);
        assert!(now <= 20 * SECOND, "{now}");
        now = subject.exporter.next_wakeup().unwrap().max(now);
    }
    assert_eq!(subject.count(Counter::DroppedRetryExhausted), 2);
    assert!(subject.sends(now));
    subject.hears(now, &ACCEPTED);
    assert_eq!(subject.count(Counter::SpansDelivered), 2);
}

#[test]
fn a_clock_set_back_does_not_stall_a_retry() {
    let mut subject = Subject::new();
    subject.push(3_600 * SECOND, 2);
    assert!(subject.sends(3_600 * SECOND));
    subject.hears(3_600 * SECOND, &BUSY);
    assert!(subject.sends(SECOND), "an hour back");
    subject.hears(SECOND, &ACCEPTED);
    assert_eq!(subject.count(Counter::SpansDelivered), 2);
}

#[test]
fn a_partial_success_counts_what_was_rejected_but_never_more_than_was_sent() {
    let mut subject = Subject::new();
    subject.push(0, 2);
    assert!(subject.sends(0));
    // partial_success { rejected_spans: 100 }
    subject.hears(
        0,
        &Outcome::Response {
            status: 200,
            retry_after: None,
            content_type: None,
            body: &[0x0a, 2, 8, 100],
        },
    );
    assert_eq!(
        (subject.count(Counter::DroppedRejected), subject.count(Counter::SpansDelivered)),
        (2, 0)
    );
    assert!(!subject.sends(100 * SECOND), "never sent again");
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let mut subject = Subject::new();
    assert_eq!(subject.hears(0, &ACCEPTED), None);
    subject.push(0, 2);
    assert!(subject.sends(0));
    subject.hears(0, &BUSY);
    subject.hears(0, &ACCEPTED);
    assert_eq!(subject.count(Counter::SpansDelivered), 0);
    assert_eq!(subject.exporter.spans(), 2);
}

#[test]
fn a_flush_sends_what_is_open() {
    let mut subject = Subject::new();
    subject.push(0, 1);
    assert!(!subject.sends(0));
    subject.exporter.flush(0);
    assert!(subject.sends(0));
}

#[test]
fn after_a_flush_all_batches_have_one_time_together() {
    let mut subject = Subject::new();
    subject.push(0, 7);
    subject.exporter.flush(SECOND);
    let mut now = SECOND;
    while !subject.exporter.is_empty() {
        assert!(subject.sends(now));
        subject.hears(now, &BUSY);
        assert!(now <= 21 * SECOND, "{now}");
        now = subject.exporter.next_wakeup().unwrap_or(now);
    }
    assert_eq!(subject.count(Counter::DroppedRetryExhausted), 7);
}

#[test]
fn a_full_queue_drops_and_counts_new_spans() {
    let mut subject = Subject::new();
    subject.push(0, 20);
    assert_eq!(subject.count(Counter::DroppedQueueFull), 12);
    subject.check_account();
}
