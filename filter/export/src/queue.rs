//! The bounded queue: spans are encoded once, into the buffer of the batch they leave in.

use std::collections::VecDeque;

use crate::envelope::Envelope;

/// Bytes by which a buffer grows when it has little room left. Doubling would let a full queue take
/// twice the memory of its spans.
const GROWTH: usize = 64 * 1024;

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
}

/// Encoded spans, complete as the body of one export request.
#[derive(Debug)]
pub struct Batch {
    buffer: Vec<u8>,
    start: usize,
    spans: usize,
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
    spare: Option<Vec<u8>>,
}

#[derive(Debug)]
struct OpenBatch {
    buffer: Vec<u8>,
    spans: usize,
    opened_at: u64,
}

// === impl Batch ===

impl Batch {
    /// The encoded `ExportTraceServiceRequest`.
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Number of spans in it.
    pub fn spans(&self) -> usize {
        self.spans
    }
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
            spare: None,
        }
    }

    /// Takes a span that `write` appends to the buffer it is given. `now` is in nanoseconds.
    pub fn push(&mut self, now: u64, write: impl FnOnce(&mut Vec<u8>)) -> Push {
        if self.spans >= self.limits.max_queue_size {
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
        if self.bytes + added > self.limits.max_queue_bytes {
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

    /// Closes the open batch when its delay is over. A clock that was set back counts as over.
    pub fn close_due(&mut self, now: u64) {
        if self.open_due().is_some_and(|(opened, due)| now >= due || now < opened) {
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

    /// Forgets a batch that was delivered or dropped, and keeps its buffer for the next one.
    pub fn release(&mut self, mut batch: Batch) {
        self.spans = self.spans.saturating_sub(batch.spans);
        self.bytes = self.bytes.saturating_sub(batch.encoded_spans(&self.envelope));
        batch.buffer.clear();
        self.spare = Some(batch.buffer);
    }

    /// Spans that have been neither delivered nor dropped.
    pub fn spans(&self) -> usize {
        self.spans
    }

    /// When the next batch is ready: `Some(0)` for now, `None` when nothing is queued.
    pub fn next_ready(&self) -> Option<u64> {
        if self.ready.is_empty() { self.open_due().map(|(_, due)| due) } else { Some(0) }
    }

    fn open_due(&self) -> Option<(u64, u64)> {
        let opened = self.open.as_ref()?.opened_at;
        Some((opened, opened.saturating_add(self.limits.schedule_delay)))
    }

    fn open_batch(&mut self, now: u64) -> OpenBatch {
        let mut buffer = self.spare.take().unwrap_or_default();
        buffer.clear();
        buffer.resize(self.envelope.headroom(), 0);
        OpenBatch { buffer, spans: 0, opened_at: now }
    }

    fn close(&mut self, batch: OpenBatch) {
        let mut buffer = batch.buffer;
        let start = self.envelope.close(&mut buffer);
        self.ready.push_back(Batch { buffer, start, spans: batch.spans });
    }
}

impl Batch {
    /// Bytes of its spans alone.
    fn encoded_spans(&self, envelope: &Envelope) -> usize {
        self.buffer.len().saturating_sub(envelope.headroom() + envelope.tail())
    }
}

#[cfg(test)]
mod tests;
