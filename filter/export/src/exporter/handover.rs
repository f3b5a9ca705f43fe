//! What a VM cannot deliver any more is left in shared data, and taken by the one that follows it.

mod format;

use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::shared_data::SharedData;

use super::Exporter;

/// How often a write is tried again that other workers forestall. Each of them writes once or twice.
const TRIES: u32 = 64;

impl Exporter {
    /// Leaves everything under `key`, also what is on its way, and returns how many spans those are. What
    /// has no room there is dropped.
    #[inline(never)]
    pub fn hand_over(
        &mut self,
        key: &str,
        counters: &mut Counters,
        shared: &dyn SharedData,
    ) -> usize {
        self.queue.close_open();
        let (mut batches, mut left, mut dropped) = (Vec::new(), 0, 0);
        let on_their_way = self.targets.iter_mut().filter_map(|target| target.in_flight.take());
        for export in on_their_way {
            self.queue.put_back(export.batch);
        }
        while let Some(batch) = self.queue.take_ready() {
            let fits =
                format::append(&mut batches, batch.spans(), self.queue.encoded_spans(&batch));
            *(if fits { &mut left } else { &mut dropped }) += batch.spans();
            self.queue.release(batch);
        }
        if left > 0 && !leave(left, &batches, key, counters, shared) {
            dropped += std::mem::take(&mut left);
        }
        counters.add(Counter::DroppedShutdown, dropped as u64);
        left
    }

    /// Takes what was left under `key`, as far as it has room, and returns how many spans those are. An
    /// empty queue takes a batch that is larger than all of it. What cannot be read is dropped.
    pub fn inherit(
        &mut self,
        key: &str,
        counters: &mut Counters,
        shared: &dyn SharedData,
    ) -> usize {
        let Some((value, number)) = shared.get(key) else {
            // The number of a value that is missing would be that of a write which overwrites anything.
            let _ = shared.set(key, &[], 0);
            return 0;
        };
        let (mut spans, mut bytes) = self.queue.room();
        let mut is_empty = self.is_empty();
        let taken = format::take(&value, &mut |more_spans, more_bytes| {
            let fits = more_spans <= spans && more_bytes <= bytes || is_empty;
            is_empty = false;
            spans = spans.saturating_sub(more_spans);
            bytes = bytes.saturating_sub(more_bytes);
            fits
        });
        if taken.rest.len() == value.len() {
            return 0;
        }
        if shared.set(key, &taken.rest, number).is_err() {
            counters.add(Counter::SharedDataConflicts, 1);
            return 0;
        }
        let before = self.spans();
        for (spans, encoded) in taken.batches {
            self.queue.adopt(spans, encoded);
        }
        counters.add(Counter::DroppedShutdown, taken.lost as u64);
        self.spans().saturating_sub(before).saturating_add(taken.lost)
    }
}

/// Puts batches behind those under `key`; `false` where that was not possible.
fn leave(
    spans: usize,
    batches: &[u8],
    key: &str,
    counters: &mut Counters,
    shared: &dyn SharedData,
) -> bool {
    for _ in 0..TRIES {
        let (value, number) = shared.get(key).unwrap_or_default();
        let Some(value) = format::join(&value, spans, batches) else { break };
        if shared.set(key, &value, number).is_ok() {
            return true;
        }
        counters.add(Counter::SharedDataConflicts, 1);
    }
    false
}
