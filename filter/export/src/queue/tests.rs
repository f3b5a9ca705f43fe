use super::*;
use prost::Message;
use spanmesh_core::otlp::messages::{ExportTraceServiceRequest, Resource};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const LIMITS: BatchLimits = BatchLimits {
    schedule_delay: 1_000,
    max_export_batch_size: 3,
    max_export_batch_bytes: 1_000,
    max_queue_size: 5,
    max_queue_bytes: 2_000,
    drop_when_full: DropPolicy::Newest,
};

fn queue(limits: BatchLimits) -> BatchQueue {
    BatchQueue::new(limits, Envelope::new(&Resource::default()))
}

/// A span of `2 + name` bytes of body, plus tag and length.
fn span(name: &str) -> impl FnOnce(&mut Vec<u8>) {
    move |out| {
        spanmesh_core::otlp::wire::put_message(out, 2, |out| {
            spanmesh_core::otlp::wire::put_bytes(out, 5, name.as_bytes());
        })
    }
}

fn names(batch: &Batch) -> Vec<String> {
    let request = ExportTraceServiceRequest::decode(batch.body()).unwrap();
    let [resource_spans] = request.resource_spans.as_slice() else { panic!("one resource") };
    let [scope_spans] = resource_spans.scope_spans.as_slice() else { panic!("one scope") };
    scope_spans.spans.iter().map(|span| span.name.clone()).collect()
}

#[test]
fn a_batch_leaves_when_it_is_full() {
    let mut queue = queue(LIMITS);
    assert_eq!(queue.push(0, span("a")), Push::Opened);
    assert_eq!(queue.push(0, span("b")), Push::Joined);
    assert_eq!(queue.push(0, span("c")), Push::Filled);
    assert!(queue.is_ready());
    let batch = queue.take_ready().unwrap();
    assert_eq!((names(&batch), batch.spans()), (vec!["a".into(), "b".into(), "c".into()], 3));
}

#[test]
fn a_batch_leaves_when_its_bytes_are_many() {
    let mut queue = queue(LIMITS);
    assert_eq!(queue.push(0, span(&"x".repeat(1_000))), Push::Filled);
    assert_eq!(names(&queue.take_ready().unwrap()), ["x".repeat(1_000)]);
}

#[test]
fn a_batch_leaves_when_its_first_span_has_waited() {
    let mut queue = queue(LIMITS);
    queue.push(500, span("a"));
    queue.push(900, span("b"));
    assert_eq!(queue.open_due(), Some(1_500));
    queue.close_due(1_499);
    assert!(queue.take_ready().is_none(), "one nanosecond early");
    queue.close_due(1_500);
    assert_eq!(names(&queue.take_ready().unwrap()), ["a", "b"]);
    assert_eq!(queue.open_due(), None);
}

#[test]
fn a_clock_set_back_does_not_hold_a_batch() {
    let mut queue = queue(LIMITS);
    queue.push(1_000_000, span("a"));
    queue.close_due(5);
    assert!(queue.take_ready().is_some());
}

#[test]
fn spans_are_bounded_until_they_are_released() {
    let mut queue = queue(LIMITS);
    let pushed: Vec<Push> = (0..6).map(|_| queue.push(0, span("a"))).collect();
    assert_eq!(pushed.last(), Some(&Push::Dropped), "the sixth of five");
    let on_its_way = queue.take_ready().unwrap();
    assert_eq!(queue.push(0, span("a")), Push::Dropped, "a batch on its way still counts");
    queue.release(on_its_way);
    assert_eq!(queue.spans(), 2);
    assert_eq!(queue.push(0, span("b")), Push::Filled);
}

#[test]
fn bytes_are_bounded_and_come_back_exactly() {
    let mut queue = queue(BatchLimits { max_export_batch_bytes: 100_000, ..LIMITS });
    assert_eq!(queue.push(0, span(&"x".repeat(2_001))), Push::Dropped, "larger than the queue");
    assert_eq!(queue.open_due(), None, "and it leaves no empty batch behind");
    assert_eq!(queue.push(0, span(&"x".repeat(1_500))), Push::Opened);
    assert_eq!(queue.push(0, span(&"y".repeat(600))), Push::Dropped);
    assert_eq!(queue.push(0, span(&"z".repeat(100))), Push::Joined, "a smaller one still fits");
    queue.close_open();
    let batch = queue.take_ready().unwrap();
    assert_eq!(names(&batch), ["x".repeat(1_500), "z".repeat(100)]);
    queue.release(batch);
    assert_eq!((queue.spans, queue.bytes), (0, 0));
}

#[test]
fn a_full_queue_takes_little_more_memory_than_its_spans() {
    const MIB: usize = 1024 * 1024;
    let limits = BatchLimits {
        schedule_delay: 1_000,
        max_export_batch_size: 512,
        max_export_batch_bytes: MIB / 2,
        max_queue_size: 2048,
        max_queue_bytes: 4 * MIB,
        drop_when_full: DropPolicy::Newest,
    };
    for size in [200, 2_000, 5_000] {
        let mut queue = queue(limits);
        while queue.push(0, span(&"x".repeat(size))) != Push::Dropped {}
        let ready = queue.ready.iter().map(|batch| batch.buffer.capacity());
        let taken: usize = ready.chain(queue.open.iter().map(|open| open.buffer.capacity())).sum();
        assert!(taken < queue.bytes + queue.bytes / 4 + MIB / 4, "{size}: {taken}");
    }
}

#[test]
fn a_released_buffer_serves_the_next_batch() {
    let mut queue = queue(LIMITS);
    (0..3).for_each(|_| assert_ne!(queue.push(0, span("a")), Push::Dropped));
    let batch = queue.take_ready().unwrap();
    let address = batch.buffer.as_ptr();
    queue.release(batch);
    queue.push(0, span("b"));
    assert_eq!(queue.open.as_ref().map(|open| open.buffer.as_ptr()), Some(address));
}

#[test]
fn jitter_takes_up_to_half_of_the_delay() {
    for (jitter, due) in [(0, 1_000), (1 << 31, 1_250), (u32::MAX, 1_499)] {
        let mut queue = queue(LIMITS);
        queue.push(500, span("a"));
        queue.jitter_delay(jitter);
        assert_eq!(queue.open_due(), Some(due), "{jitter}");
    }
}

#[test]
fn halves_hold_the_same_spans_in_the_same_order() {
    let limits = BatchLimits { max_export_batch_size: 6, max_queue_size: 6, ..LIMITS };
    for lengths in [[1, 1, 1, 1, 1, 1], [300, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 300]] {
        let mut queue = queue(limits);
        for (letter, length) in "abcdef".chars().zip(lengths) {
            queue.push(0, span(&letter.to_string().repeat(length)));
        }
        queue.close_open();
        let whole = queue.take_ready().unwrap();
        let expected = names(&whole);
        queue.put_back_halves(whole).unwrap();
        let (first, second) = (queue.take_ready().unwrap(), queue.take_ready().unwrap());
        assert_eq!([names(&first), names(&second)].concat(), expected, "{lengths:?}");
        assert_eq!((first.spans(), names(&first).len()), (first.spans(), first.spans()));
        assert_eq!(first.spans() + second.spans(), 6);
        queue.release(first);
        queue.release(second);
        assert_eq!((queue.spans, queue.bytes), (0, 0));
    }
}

#[test]
fn one_span_has_no_halves() {
    let mut queue = queue(LIMITS);
    queue.push(0, span("a"));
    queue.close_open();
    let batch = queue.take_ready().unwrap();
    assert!(queue.put_back_halves(batch).is_err());
}

#[test]
fn the_oldest_batches_make_room_for_bytes_too() {
    let limits = BatchLimits { drop_when_full: DropPolicy::Oldest, ..LIMITS };
    let mut queue = queue(BatchLimits { max_export_batch_bytes: 500, ..limits });
    for name in ["a", "b", "c"] {
        assert_eq!(queue.push(0, span(&name.repeat(600))), Push::Filled);
    }
    assert_eq!(queue.push(0, span(&"d".repeat(1_300))), Push::Filled);
    assert_eq!(queue.take_evicted(), 2);
    assert_eq!(queue.push(0, span(&"e".repeat(3_000))), Push::Dropped, "larger than the queue");
    assert_eq!(queue.take_evicted(), 0, "then nobody has to go");
    assert_eq!(names(&queue.take_ready().unwrap()), ["c".repeat(600)]);
}
