use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn other_statuses_drop_at_once_and_are_told_once() {
    let mut subject = Subject::new();
    subject.push(0, 4);
    assert!(subject.sends(0));
    let log = subject.hears(0, &UNAUTHORIZED);
    let expected = "first: dropped spans: the backend answered 401, which must not be retried";
    assert_eq!(log.as_deref(), Some(expected));
    assert_eq!(subject.count(Counter::DroppedNotRetryable), 2);
    assert!(subject.sends(0), "the next batch is not held up");
    assert_eq!(subject.hears(0, &UNAUTHORIZED), None);
    assert_eq!(subject.count(Counter::DroppedNotRetryable), 4);
}

#[test]
fn a_dead_backend_is_told_once_not_for_each_batch() {
    let mut subject = Subject::new();
    let (mut now, mut logs) = (0, Vec::new());
    while now < 500 * SECOND {
        subject.push(now, 2);
        if subject.sends(now) {
            logs.extend(subject.hears(now, &Outcome::NoResponse));
        }
        now += SECOND;
    }
    let expected = [
        "first: export failed, will be tried again: the connection ended without an answer",
        "first: drops spans that could not be delivered in time",
    ];
    assert_eq!(logs, expected);
    assert!(subject.count(Counter::ExportAttempts) < 150, "intervals grow over batches");
    assert!(subject.count(Counter::DroppedQueueFull) > 0);
}

#[test]
fn a_backend_that_comes_and_goes_is_told_once_too() {
    let mut subject = Subject::new();
    let mut logs = Vec::new();
    for minute in 0..9 {
        let now = minute * 60 * SECOND;
        subject.push(now, 2);
        assert!(subject.sends(now));
        logs.extend(subject.hears(now, &BUSY));
        assert!(subject.sends(now + SECOND));
        logs.extend(subject.hears(now + SECOND, &ACCEPTED));
    }
    assert_eq!(logs.len(), 2, "its failure and its recovery: {logs:#?}");
}

#[test]
fn a_batch_that_is_too_large_is_sent_in_halves() {
    let limits = BatchLimits { max_export_batch_size: 5, ..LIMITS };
    let mut subject = Subject::with(limits, &["first"]);
    subject.push(0, 5);
    assert!(subject.sends(0));
    subject.hears(0, &TOO_LARGE);
    let mut sizes = Vec::new();
    while let Some(transmit) = subject.exporter.poll_transmit(0, &mut subject.counters) {
        sizes.push(spans_in(transmit.body));
        subject.hears(0, &ACCEPTED);
    }
    assert_eq!(sizes, [3, 2]);
    assert_eq!(subject.count(Counter::SpansDelivered), 5);
}

#[test]
fn a_span_that_is_too_large_alone_is_dropped() {
    let mut subject = Subject::new();
    subject.push(0, 2);
    for expected in [0, 1, 2] {
        assert!(subject.sends(0));
        subject.hears(0, &TOO_LARGE);
        assert_eq!(subject.count(Counter::DroppedTooLarge), expected);
    }
    assert!(subject.exporter.is_empty());
}

#[test]
fn of_a_full_queue_the_oldest_batch_goes_where_that_is_wanted() {
    let limits = BatchLimits { drop_when_full: DropPolicy::Oldest, ..LIMITS };
    let mut subject = Subject::with(limits, &["first"]);
    subject.push(0, 8);
    assert!(subject.sends(0));
    subject.push(0, 1);
    assert_eq!(subject.count(Counter::DroppedQueueFull), 2, "the oldest that waits");
    subject.hears(0, &BUSY);
    subject.push(0, 2);
    assert_eq!(subject.count(Counter::DroppedQueueFull), 4, "what failed is the oldest then");
    subject.check_account();
    assert_eq!(subject.exporter.spans(), 7);
}

#[test]
fn a_cluster_that_is_not_there_is_looked_for_often() {
    let mut subject = Subject::new();
    subject.push(0, 2);
    for tries in 0..20 {
        let now = tries * SECOND / 2;
        assert!(subject.sends(now), "{tries}");
        subject.hears(now, &Outcome::UnknownCluster);
    }
    assert_eq!(subject.exporter.spans(), 2);
}

fn spans_in(body: &[u8]) -> usize {
    use prost::Message as _;
    let request = spanmesh_core::otlp::messages::ExportTraceServiceRequest::decode(body).unwrap();
    request.resource_spans[0].scope_spans[0].spans.len()
}
