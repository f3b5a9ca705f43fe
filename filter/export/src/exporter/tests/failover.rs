use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn subject() -> Subject {
    Subject::with(BatchLimits { max_queue_size: 100, ..LIMITS }, &["first", "second"])
}

/// The first cluster has failed, and the second has taken what it did not.
fn failed_over() -> Subject {
    let mut subject = subject();
    subject.push(0, 2);
    assert_eq!(subject.target(0), Some(0));
    subject.hears(0, &BUSY);
    assert_eq!(subject.target(0), Some(1));
    subject.hears_from(1, 0, &ACCEPTED);
    subject
}

#[test]
fn the_first_cluster_takes_everything_while_it_works() {
    let mut subject = subject();
    subject.push(0, 4);
    assert_eq!(subject.target(0), Some(0));
    assert_eq!(subject.target(0), None, "a cluster that works is waited for");
    subject.hears(0, &ACCEPTED);
    assert_eq!(subject.target(0), Some(0));
    assert_eq!(subject.count(Counter::ExportFailovers), 0);
}

#[test]
fn the_same_batch_goes_to_the_second_at_once_and_later_ones_too() {
    let mut subject = subject();
    subject.push(0, 4);
    assert_eq!(subject.target(0), Some(0));
    subject.hears(0, &BUSY);
    assert_eq!(subject.exporter.next_wakeup(), Some(0));
    assert_eq!(subject.target(0), Some(1));
    subject.hears_from(1, 0, &ACCEPTED);
    assert_eq!(subject.target(0), Some(1));
    subject.hears_from(1, 0, &ACCEPTED);
    assert_eq!(subject.count(Counter::SpansDelivered), 4);
    assert_eq!(subject.count(Counter::ExportFailovers), 2);
}

#[test]
fn the_first_is_probed_when_its_wait_is_over_and_is_used_again_when_it_works() {
    let mut subject = failed_over();
    subject.push(SECOND, 2);
    assert_eq!(subject.target(SECOND), Some(0), "the probe is a batch of its own");
    assert_eq!(
        subject.hears(SECOND, &ACCEPTED).as_deref(),
        Some("first: works again, after 1 failures")
    );
    subject.push(SECOND, 2);
    assert_eq!(subject.target(SECOND), Some(0));
}

#[test]
fn a_probe_without_an_answer_holds_nobody_up() {
    let mut subject = failed_over();
    subject.push(SECOND, 4);
    assert_eq!(subject.target(SECOND), Some(0));
    assert_eq!(subject.target(SECOND), Some(1), "the next batch does not wait for the probe");
    subject.hears_from(1, SECOND, &ACCEPTED);
    assert_eq!(subject.exporter.overdue(11 * SECOND - 1), None);
    assert_eq!(subject.exporter.overdue(11 * SECOND), Some(0));
    subject.hears(11 * SECOND, &Outcome::TimedOut);
    assert_eq!(subject.target(11 * SECOND), Some(1));
    subject.hears_from(1, 11 * SECOND, &ACCEPTED);
    assert_eq!(subject.count(Counter::SpansDelivered), 6);
}

#[test]
fn with_both_down_the_one_that_is_free_first_is_next() {
    let mut subject = subject();
    subject.push(0, 2);
    assert_eq!(subject.target(0), Some(0));
    let later =
        Outcome::Response { status: 503, retry_after: Some(b"7"), content_type: None, body: b"" };
    subject.hears(0, &later);
    assert_eq!(subject.target(0), Some(1));
    subject.hears_from(1, 0, &BUSY);
    assert_eq!(subject.exporter.next_wakeup(), Some(SECOND / 2));
    assert_eq!(subject.target(SECOND / 2 - 1), None);
    assert_eq!(subject.target(SECOND / 2), Some(1));
    subject.hears_from(1, SECOND / 2, &ACCEPTED);
    subject.push(7 * SECOND, 2);
    assert_eq!(subject.target(7 * SECOND), Some(0), "the seven seconds are over");
}
