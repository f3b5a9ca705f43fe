//! Traces that one side of a proxy keeps, told to the other side and to all workers.
//!
//! A log in shared data, which has no delete: the head counts the notices ever written, and slot
//! `n % SLOTS` holds notice n until it is overwritten. Each reader remembers how far it has read. A
//! bell, a key without a value, gets another number in the store whenever a notice is complete: a
//! request that asks while nothing is new costs one read that brings no bytes.

use std::collections::VecDeque;

use crate::ids::TraceId;
use crate::shared_data::{Conflict, SharedData};

/// Notices that can be read; a reader that is further behind misses some.
const SLOTS: u64 = 512;
/// How often a write is tried again that other workers forestall.
const TRIES: u32 = 8;

/// One reader or writer of the log of this name.
#[derive(Debug)]
pub struct KeptTraces {
    bell: String,
    head: String,
    name: &'static str,
    /// The bell's number when it was heard last.
    heard: Option<u32>,
    max_age: u64,
    /// Notices read so far.
    read: u64,
    /// Traces of them, sorted.
    known: Vec<TraceId>,
    /// The same, the oldest first, with the time of the notice.
    order: VecDeque<(u64, TraceId)>,
    /// Notices that were overwritten before they were read.
    missed: u64,
}

impl KeptTraces {
    /// Notices of outbound listeners, for inbound ones: a call of this trace was kept.
    pub const OF_CALLS: &'static str = "spanmesh.kept_calls";
    /// Notices of inbound listeners, for outbound ones: a request of this trace was kept.
    pub const OF_REQUESTS: &'static str = "spanmesh.kept_requests";

    /// Joins the log of this name, and starts it if nobody has. Notices count for `max_age`
    /// nanoseconds.
    pub fn join(name: &'static str, max_age: u64, shared: &dyn SharedData) -> Self {
        let (bell, head) = (format!("{name}/bell"), format!("{name}/head"));
        let read = match shared.get(&head) {
            Some((value, _)) => number(&value).unwrap_or_default(),
            None => {
                // Whoever is second writes the same.
                let _ = shared.set(&head, &0_u64.to_le_bytes(), 0);
                0
            }
        };
        Self {
            bell,
            head,
            name,
            heard: None,
            max_age,
            read,
            known: Vec::new(),
            order: VecDeque::new(),
            missed: 0,
        }
    }

    /// Tells all readers that a trace is kept. `now` is in nanoseconds.
    ///
    /// # Errors
    /// Other workers came first, again and again; nobody was told.
    pub fn publish(
        &self,
        now: u64,
        trace_id: TraceId,
        shared: &dyn SharedData,
    ) -> Result<(), Conflict> {
        for _ in 0..TRIES {
            let (value, version) = shared.get(&self.head).unwrap_or_default();
            let notice = number(&value).unwrap_or_default().saturating_add(1);
            if shared.set(&self.head, &notice.to_le_bytes(), version).is_ok() {
                let mut slot = notice.to_le_bytes().to_vec();
                slot.extend(now.to_le_bytes());
                slot.extend(trace_id.as_bytes());
                shared.set(&self.slot(notice), &slot, 0)?;
                return shared.set(&self.bell, &[], 0);
            }
        }
        Err(Conflict)
    }

    /// Whether a trace is known to be kept.
    pub fn contains(&mut self, now: u64, trace_id: TraceId, shared: &dyn SharedData) -> bool {
        self.catch_up(now, shared, |_| {});
        self.find(trace_id).is_ok()
    }

    /// Reads the notices that are new.
    pub fn catch_up(&mut self, now: u64, shared: &dyn SharedData, mut new: impl FnMut(TraceId)) {
        let bell = shared.get(&self.bell).map(|(_, number)| number);
        if bell == self.heard {
            return self.forget(now);
        }
        self.heard = bell;
        let last =
            shared.get(&self.head).and_then(|(value, _)| number(&value)).unwrap_or(self.read);
        // Others may write the head too: it may be any number.
        let next = self.read.saturating_add(1);
        let first = next.max(last.saturating_sub(SLOTS - 1));
        self.missed = self.missed.saturating_add(first.saturating_sub(next));
        for notice in first..=last {
            let value = shared.get(&self.slot(notice)).map(|(value, _)| value).unwrap_or_default();
            let Some((written, at, trace_id)) = read_slot(&value).filter(|slot| slot.0 >= notice)
            else {
                // Announced but not written yet: it will be there next time.
                self.read = notice - 1;
                return;
            };
            if written > notice {
                self.missed = self.missed.saturating_add(1);
            } else if let Err(place) = self.find(trace_id) {
                self.known.insert(place, trace_id);
                self.order.push_back((at, trace_id));
                new(trace_id);
            }
        }
        self.read = self.read.max(last);
        self.forget(now);
    }

    /// How many notices were missed since the last time this was asked.
    pub fn take_missed(&mut self) -> u64 {
        std::mem::take(&mut self.missed)
    }

    fn forget(&mut self, now: u64) {
        while let Some((at, trace_id)) = self.order.front().copied() {
            if self.order.len() as u64 <= SLOTS && now.saturating_sub(at) <= self.max_age {
                return;
            }
            self.order.pop_front();
            if let Ok(place) = self.find(trace_id) {
                self.known.remove(place);
            }
        }
    }

    /// Where a trace is among those known, or where it would be.
    fn find(&self, trace_id: TraceId) -> Result<usize, usize> {
        let number = |id: &TraceId| u128::from_ne_bytes(*id.as_bytes());
        self.known.binary_search_by_key(&number(&trace_id), number)
    }

    fn slot(&self, notice: u64) -> String {
        format!("{}/{}", self.name, notice % SLOTS)
    }
}

fn number(value: &[u8]) -> Option<u64> {
    value.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Number, time and trace of a notice.
fn read_slot(value: &[u8]) -> Option<(u64, u64, TraceId)> {
    let (notice, rest) = value.split_first_chunk::<8>()?;
    let (at, id) = rest.split_first_chunk::<8>()?;
    let id = TraceId::from_bytes(*id.first_chunk::<16>()?)?;
    Some((u64::from_le_bytes(*notice), u64::from_le_bytes(*at), id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::tests::Store;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const AGE: u64 = 1_000;

    fn id(n: u64) -> TraceId {
        let mut bytes = [0xff; 16];
        bytes[..8].copy_from_slice(&n.to_be_bytes());
        TraceId::from_bytes(bytes).unwrap()
    }

    fn join(store: &Store) -> KeptTraces {
        KeptTraces::join("test", AGE, store)
    }

    #[test]
    fn every_reader_learns_what_any_writer_tells() {
        let store = Store::default();
        let (writer, other) = (join(&store), join(&store));
        let mut readers = [join(&store), join(&store)];
        for n in 0..100 {
            let writer = if n % 2 == 0 { &writer } else { &other };
            writer.publish(1, id(n), &store).unwrap();
            assert!(readers[0].contains(1, id(n), &store));
        }
        let mut seen = Vec::new();
        readers[1].catch_up(1, &store, |id| seen.push(id));
        assert_eq!(seen, (0..100).map(id).collect::<Vec<_>>(), "in order, each once");
        assert!(!readers[1].contains(1, id(100), &store));
        assert_eq!(readers.map(|mut reader| reader.take_missed()), [0, 0]);
        assert!(!join(&store).contains(1, id(5), &store), "who joins late starts from there");
    }

    #[test]
    fn asking_costs_one_read_while_nothing_is_new() {
        let store = Store::default();
        let mut reader = join(&store);
        reader.publish(1, id(1), &store).unwrap();
        reader.contains(1, id(1), &store);
        let reads = store.reads.get();
        reader.contains(1, id(1), &store);
        assert_eq!(store.reads.get(), reads + 1);
    }

    #[test]
    fn a_flood_is_bounded_and_what_was_missed_is_counted() {
        let store = Store::default();
        let (writer, mut reader) = (join(&store), join(&store));
        for n in 0..10_000 {
            writer.publish(1, id(n), &store).unwrap();
        }
        assert!(reader.contains(1, id(9_999), &store) && !reader.contains(1, id(5), &store));
        assert_eq!(reader.take_missed(), 10_000 - SLOTS);
        for n in 10_000..20_000 {
            writer.publish(1, id(n), &store).unwrap();
            reader.contains(1, id(n), &store);
            assert!(reader.known.len() as u64 <= SLOTS && reader.order.len() as u64 <= SLOTS);
        }
        assert_eq!(reader.take_missed(), 0);
    }

    #[test]
    fn old_notices_are_forgotten() {
        let store = Store::default();
        let mut reader = join(&store);
        reader.publish(1, id(1), &store).unwrap();
        assert!(reader.contains(1 + AGE, id(1), &store));
        assert!(!reader.contains(2 + AGE, id(1), &store));
        assert_eq!((reader.known.len(), reader.order.len()), (0, 0));
    }

    #[test]
    fn a_notice_that_is_not_written_yet_is_read_later() {
        let store = Store::default();
        let mut reader = join(&store);
        store.set("test/head", &1_u64.to_le_bytes(), 0).unwrap();
        store.set("test/bell", &[], 0).unwrap();
        assert!(!reader.contains(1, id(7), &store));
        let mut slot = 1_u64.to_le_bytes().to_vec();
        slot.extend(1_u64.to_le_bytes());
        slot.extend(id(7).as_bytes());
        store.set("test/1", &slot, 0).unwrap();
        store.set("test/bell", &[], 0).unwrap();
        assert!(reader.contains(1, id(7), &store));
    }

    #[test]
    fn garbage_in_the_store_is_no_notice() {
        let store = Store::default();
        let mut reader = join(&store);
        store.set("test/head", b"x", 0).unwrap();
        store.set("test/bell", b"x", 0).unwrap();
        assert!(!reader.contains(1, id(7), &store));
        store.set("test/head", &3_u64.to_le_bytes(), 0).unwrap();
        store.set("test/1", b"garbage", 0).unwrap();
        store.set("test/bell", &[], 0).unwrap();
        assert!(!reader.contains(1, id(7), &store));
        store.set("test/head", &u64::MAX.to_le_bytes(), 0).unwrap();
        assert_eq!(reader.publish(1, id(7), &store), Ok(()));
        let mut late = join(&store);
        assert!(late.contains(1, id(7), &store) && !reader.contains(1, id(7), &store));
    }

    #[test]
    fn writers_that_are_forestalled_try_again() {
        let store = Store::default();
        let mut reader = join(&store);
        store.interfere.set(3);
        assert_eq!(reader.publish(1, id(1), &store), Ok(()));
        assert!(reader.contains(1, id(1), &store));
        store.interfere.set(100);
        assert_eq!(reader.publish(1, id(2), &store), Err(Conflict));
    }
}
