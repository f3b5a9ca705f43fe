use std::cell::{Cell, RefCell};

use super::*;
use spanmesh_core::shared_data::{Conflict, SharedData};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const KEY: &str = "spanmesh.handover/mesh/";

/// A store of one value; `forestalled` lets so many writes come too late.
#[derive(Default)]
struct Store {
    value: RefCell<Option<Vec<u8>>>,
    number: Cell<u32>,
    forestalled: Cell<u32>,
}

impl SharedData for Store {
    fn get(&self, key: &str) -> Option<(Vec<u8>, u32)> {
        let value = self.value.borrow().clone().filter(|_| key == KEY)?;
        Some((value, self.number.get()))
    }

    fn set(&self, key: &str, value: &[u8], number: u32) -> Result<(), Conflict> {
        if self.forestalled.get() > 0 {
            self.forestalled.set(self.forestalled.get() - 1);
            return Err(Conflict);
        }
        if key != KEY || number != 0 && number != self.number.get() {
            return Err(Conflict);
        }
        self.value.replace(Some(value.to_vec()));
        self.number.set(self.number.get() + 1);
        Ok(())
    }
}

impl Subject {
    fn hand_over(&mut self, store: &Store) -> usize {
        self.exporter.hand_over(KEY, &mut self.counters, store)
    }

    fn inherit(&mut self, store: &Store) -> usize {
        self.exporter.inherit(KEY, &mut self.counters, store)
    }

    /// How many spans a collector gets that accepts everything.
    fn deliver(&mut self) -> u64 {
        let before = self.count(Counter::SpansDelivered);
        for _ in 0..100 {
            self.exporter.flush(0);
            if self.sends(0) {
                self.exporter.handle(0, 0, &ACCEPTED, 0, &mut self.counters);
            }
        }
        self.count(Counter::SpansDelivered) - before
    }
}

fn with_spans(count: usize) -> Subject {
    let mut subject = Subject::new();
    subject.push(0, count);
    subject
}

#[test]
fn what_waits_and_what_is_on_its_way_goes_to_one_heir() {
    let store = Store::default();
    let (mut heir, mut other) = (Subject::new(), Subject::new());
    assert_eq!((heir.inherit(&store), heir.inherit(&store)), (0, 0), "nobody left anything");

    let mut old = with_spans(5);
    assert!(old.sends(0));
    assert_eq!(old.hand_over(&store), 5, "one batch on its way, one closed, one open");
    assert!(old.exporter.is_empty());
    let late = old.exporter.handle(0, 0, &ACCEPTED, 0, &mut old.counters);
    assert_eq!(late, None, "an answer that comes now changes nothing");
    assert_eq!(old.hand_over(&store), 0, "once");

    assert_eq!((heir.inherit(&store), other.inherit(&store)), (5, 0));
    assert_eq!((heir.exporter.spans(), heir.deliver()), (5, 5));
    for subject in [&old, &heir, &other] {
        assert_eq!(subject.count(Counter::DroppedShutdown), 0);
    }
}

#[test]
fn the_spans_of_all_workers_add_up_and_what_has_no_room_waits() {
    let store = Store::default();
    assert_eq!(with_spans(5).hand_over(&store), 5);
    assert_eq!(with_spans(8).hand_over(&store), 8);
    let mut heir = with_spans(1);
    assert_eq!(heir.inherit(&store), 7, "of eight that have room, by batches");
    assert_eq!(heir.inherit(&store), 0, "none now");
    assert_eq!(heir.deliver(), 8);
    assert_eq!(Subject::new().inherit(&store), 6, "the other worker takes the rest");
    assert_eq!(heir.inherit(&store), 0);
}

#[test]
fn a_batch_larger_than_a_whole_queue_is_taken_by_an_empty_one() {
    let store = Store::default();
    assert_eq!(with_spans(4).hand_over(&store), 4);
    let limits = BatchLimits { max_queue_size: 1, ..LIMITS };
    let mut heir = Subject::with(limits, &["first"]);
    heir.push(0, 1);
    assert_eq!(heir.inherit(&store), 0, "one waits");
    assert_eq!(heir.deliver(), 1);
    assert_eq!(heir.inherit(&store), 2, "one batch");
    assert_eq!(heir.inherit(&store), 0, "and no more before it has gone");
    assert_eq!(heir.deliver(), 2);
    assert_eq!(heir.inherit(&store), 2);
}

#[test]
fn forestalled_writes_are_tried_again_and_lose_nothing() {
    let store = Store::default();
    store.value.replace(Some(Vec::new()));
    store.forestalled.set(3);
    let mut old = with_spans(2);
    assert_eq!((old.hand_over(&store), old.count(Counter::SharedDataConflicts)), (2, 3));

    store.forestalled.set(1);
    let mut heir = Subject::new();
    assert_eq!((heir.inherit(&store), heir.exporter.spans()), (0, 0), "next time");
    assert_eq!((heir.inherit(&store), heir.count(Counter::SharedDataConflicts)), (2, 1));

    store.forestalled.set(u32::MAX);
    let mut old = with_spans(2);
    assert_eq!((old.hand_over(&store), old.exporter.spans()), (0, 0));
    assert_eq!(old.count(Counter::DroppedShutdown), 2, "it gives up in the end");
    old.check_account();
}

#[test]
fn what_cannot_be_left_or_read_is_dropped_and_counted() {
    let store = Store::default();
    store.value.replace(Some(vec![9, 3, 0, 0, 0, 1, 2, 3]));
    let mut old = with_spans(2);
    assert_eq!(old.hand_over(&store), 0, "there are spans of another version");
    assert_eq!(old.count(Counter::DroppedShutdown), 2);
    let mut heir = Subject::new();
    assert_eq!((heir.inherit(&store), heir.exporter.spans()), (3, 0));
    assert_eq!(heir.count(Counter::DroppedShutdown), 3);
    assert_eq!(store.value.borrow().as_deref(), Some(&b""[..]));

    let limits = BatchLimits {
        max_export_batch_bytes: 1 << 20,
        max_queue_bytes: usize::MAX,
        max_queue_size: 100,
        ..LIMITS
    };
    let mut old = Subject::with(limits, &["first"]);
    for _ in 0..9 {
        old.exporter.push(0, &mut old.counters, |out| out.extend(vec![0; 1 << 20]));
    }
    assert_eq!(old.hand_over(&store), 3, "four mebibytes, less some bytes");
    assert_eq!(old.count(Counter::DroppedShutdown), 6);
}
