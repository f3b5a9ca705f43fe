//! The bounded queue: spans are encoded once, into the buffer of the batch they leave in.

mod batch;

use std::collections::VecDeque;

pub use batch::Batch;

use crate::envelope::Envelope;
use crate::exporter::spread;
use crate::wait::Wait;

/// Bytes by which a buffer grows when it has little room left. Doubling would let a full queue take
/// twice the memory of its spans.
const GROWTH: usize = 64 * 1024;
/// Batches are not made smaller than this, however little a backend says that it takes.
const LEAST_BATCH_BYTES: usize = 16 * 1024;

/// Bounds of a queue. All spans count that have not been delivered or dropped, those of a batch
/// on its way too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchLimits {
    /// Nanoseconds after which the first span of a batch must leave.
    pub schedule_delay: u64,
    /// Spans that fill a batch.
    pub max_export_batch_size: usize,
    /// Bytes that fill a batch.
    pub max_export_batch_bytes: usize,
    /// Most spans.
    pub max_queue_size: usize,
    /// Most bytes of encoded spans.
    pub max_queue_bytes: usize,
    /// What has to go when they are reached.
    pub drop_when_full: DropPolicy,
}

/// Which spans are dropped when a queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DropPolicy {
    /// Those that come then: what is known of the beginning of a trouble stays.
    #[default]
    Newest,
    /// The oldest batch that waits; batches on their way stay.
    Oldest,
}

/// What became of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Push {
    /// There was no room.
    Dropped,
    /// It joined a batch that waits.
    Joined,
    /// It is the first of a batch: the delay starts.
    Opened,
    /// It filled its batch, which is ready to leave.
    Filled,
}

/// Batches of encoded spans, in the order of their making.
#[derive(Debug)]
pub struct BatchQueue {
    limits: BatchLimits,
    envelope: Envelope,
    open: Option<OpenBatch>,
    ready: VecDeque<Batch>,
    spans: usize,
    bytes: usize,
    /// Spans that made room for others since the last question.
    evicted: usize,
    spare: Option<Vec<u8>>,
}

#[derive(Debug)]
struct OpenBatch {
    buffer: Vec<u8>,
    spans: usize,
    delay: Wait,
}

// === impl BatchQueue ===

impl BatchQueue {
    /// An empty queue whose batches are wrapped in `envelope`.
    pub fn new(limits: BatchLimits, envelope: Envelope) -> Self {
        Self {
            limits,
            envelope,
            open: None,
            ready: VecDeque::new(),
            spans: 0,
            bytes: 0,
            evicted: 0,
            spare: None,
        }
    }

    /// Takes a span that `write` appends to the buffer it is given. `now` is in nanoseconds.
    pub fn push(&mut self, now: u64, write: impl FnOnce(&mut Vec<u8>)) -> Push {
        if self.spans >= self.limits.max_queue_size && !self.evict() {
            return Push::Dropped;
        }
        let opened = self.open.is_none();
        let mut batch = self.open.take().unwrap_or_else(|| self.open_batch(now));
        let before = batch.buffer.len();
        if batch.buffer.capacity() - before < GROWTH / 8 {
            batch.buffer.reserve_exact(GROWTH);
        }
        write(&mut batch.buffer);
        let added = batch.buffer.len().saturating_sub(before);
        while self.bytes + added > self.limits.max_queue_bytes {
            if added <= self.limits.max_queue_bytes && self.evict() {
                continue;
            }
            batch.buffer.truncate(before);
            if opened {
                self.spare = Some(batch.buffer);
            } else {
                self.open = Some(batch);
            }
            return Push::Dropped;
        }
        batch.spans += 1;
        self.spans += 1;
        self.bytes += added;
        let full = batch.spans >= self.limits.max_export_batch_size
            || batch.buffer.len() >= self.limits.max_export_batch_bytes;
        if full {
            self.close(batch);
            return Push::Filled;
        }
        self.open = Some(batch);
        if opened { Push::Opened } else { Push::Joined }
    }

    /// Shortens the delay of the open batch to between a half and the whole of it, as `jitter` (any
    /// random number) has it, so that proxies do not export in step.
    pub fn jitter_delay(&mut self, jitter: u32) {
        if let Some(batch) = &mut self.open {
            batch.delay.set_length(spread(self.limits.schedule_delay, jitter));
        }
    }

    /// Closes the open batch when its delay is over. A clock that was set back counts as over.
    pub fn close_due(&mut self, now: u64) {
        if self.open.as_ref().is_some_and(|batch| batch.delay.is_over(now)) {
            self.close_open();
        }
    }

    /// Closes the open batch at once.
    pub fn close_open(&mut self) {
        if let Some(batch) = self.open.take() {
            self.close(batch);
        }
    }

    /// The next batch to send. Its spans count as queued until [`Self::release`].
    pub fn take_ready(&mut self) -> Option<Batch> {
        self.ready.pop_front()
    }

    /// Lets the time of all batches that wait begin now, unless they were sent before.
    pub fn begin_time(&mut self, now: u64) {
        for batch in &mut self.ready {
            batch.first_sent.get_or_insert(now);
        }
    }

    /// Forgets the batches that wait and were sent first before `time`, and returns how many spans
    /// they had.
    pub fn drop_sent_before(&mut self, time: u64) -> usize {
        let mut dropped = 0;
        for _ in 0..self.ready.len() {
            let Some(batch) = self.ready.pop_front() else { break };
            if batch.first_sent.is_some_and(|first_sent| first_sent < time) {
                dropped += batch.spans;
                self.release(batch);
            } else {
                self.ready.push_back(batch);
            }
        }
        dropped
    }

    /// Forgets a batch that was delivered or dropped, and keeps its buffer for the next one.
    pub fn release(&mut self, mut batch: Batch) {
        self.spans = self.spans.saturating_sub(batch.spans);
        self.bytes = self.bytes.saturating_sub(batch.encoded_spans(&self.envelope).len());
        batch.buffer.clear();
        self.spare = Some(batch.buffer);
    }

    /// Takes a batch back that could not be delivered: it is the next to be sent.
    pub fn put_back(&mut self, batch: Batch) {
        self.ready.push_front(batch);
    }

    /// Takes a batch back that is too large for the backend, as two halves, and makes later ones
    /// no larger than those. Returns it when it has only one span.
    pub fn put_back_halves(&mut self, batch: Batch) -> Result<(), Batch> {
        let (first, second) = batch.split(&self.envelope)?;
        let half = first.body().len().max(second.body().len()).max(LEAST_BATCH_BYTES);
        let limit = &mut self.limits.max_export_batch_bytes;
        *limit = half.min(*limit);
        self.put_back(second);
        self.put_back(first);
        Ok(())
    }

    /// The spans of a batch as they were pushed, one behind another.
    pub fn encoded_spans<'a>(&self, batch: &'a Batch) -> &'a [u8] {
        batch.encoded_spans(&self.envelope)
    }

    /// How many more spans and bytes have room.
    pub fn room(&self) -> (usize, usize) {
        let BatchLimits { max_queue_size, max_queue_bytes, .. } = self.limits;
        (max_queue_size.saturating_sub(self.spans), max_queue_bytes.saturating_sub(self.bytes))
    }

    /// Takes a batch of so many spans that another queue had, whether or not there is room.
    pub fn adopt(&mut self, spans: usize, encoded: &[u8]) {
        self.spans = self.spans.saturating_add(spans);
        self.bytes += encoded.len();
        self.ready.push_back(Batch::of(spans, encoded, &self.envelope));
    }

    /// Spans of batches that made room for others, since this was asked last.
    pub fn take_evicted(&mut self) -> usize {
        std::mem::take(&mut self.evicted)
    }

    /// Spans that have been neither delivered nor dropped.
    pub fn spans(&self) -> usize {
        self.spans
    }

    /// Whether a batch waits to be sent.
    pub fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// When the open batch is ready, if there is one.
    pub fn open_due(&self) -> Option<u64> {
        self.open.as_ref().map(|batch| batch.delay.until)
    }

    /// Drops the oldest batch that waits, where that is wanted.
    fn evict(&mut self) -> bool {
        if self.limits.drop_when_full == DropPolicy::Newest {
            return false;
        }
        let Some(batch) = self.ready.pop_front() else { return false };
        self.evicted += batch.spans();
        self.release(batch);
        true
    }

    fn open_batch(&mut self, now: u64) -> OpenBatch {
        let mut buffer = self.spare.take().unwrap_or_default();
        buffer.clear();
        buffer.resize(self.envelope.headroom(), 0);
        OpenBatch { buffer, spans: 0, delay: Wait::new(now, self.limits.schedule_delay) }
    }

    fn close(&mut self, batch: OpenBatch) {
        self.ready.push_back(Batch::close(batch.buffer, batch.spans, &self.envelope));
    }
}

#[cfg(test)]
mod tests;
