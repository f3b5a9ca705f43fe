//! One export request's worth of encoded spans.

use crate::envelope::Envelope;

/// Tag of the field `spans` in `ScopeSpans`: number 2, bytes.
const SPAN_TAG: u8 = 0x12;

/// Encoded spans, complete as the body of one export request.
#[derive(Debug)]
pub struct Batch {
    pub(super) buffer: Vec<u8>,
    pub(super) start: usize,
    pub(super) spans: usize,
    /// When it was sent first, in nanoseconds; `None` before that.
    pub first_sent: Option<u64>,
}

impl Batch {
    /// The batch of the spans behind the headroom of `buffer`.
    pub(super) fn close(mut buffer: Vec<u8>, spans: usize, envelope: &Envelope) -> Self {
        let start = envelope.close(&mut buffer);
        Self { buffer, start, spans, first_sent: None }
    }

    /// The encoded `ExportTraceServiceRequest`.
    pub fn body(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Number of spans in it.
    pub fn spans(&self) -> usize {
        self.spans
    }

    /// Bytes of its spans alone.
    pub(super) fn encoded_spans(&self, envelope: &Envelope) -> usize {
        self.buffer.len().saturating_sub(envelope.headroom() + envelope.tail())
    }

    /// Two batches of about half its bytes each; itself when it has only one span.
    pub(super) fn split(self, envelope: &Envelope) -> Result<(Self, Self), Self> {
        let from = envelope.headroom();
        let spans = self.buffer.get(from..self.buffer.len().saturating_sub(envelope.tail()));
        let spans = spans.unwrap_or_default();
        let (mut at, mut count) = (0, 0);
        while at * 2 < spans.len() && count + 1 < self.spans {
            let Some(length) = spans.get(at..).and_then(span_length) else { break };
            at += length;
            count += 1;
        }
        let (Some(first), Some(second)) = (spans.get(..at), spans.get(at..)) else {
            return Err(self);
        };
        if first.is_empty() || second.is_empty() {
            return Err(self);
        }
        let batch = |spans: &[u8], count| {
            let mut buffer = Vec::with_capacity(from + spans.len() + envelope.tail());
            buffer.resize(from, 0);
            buffer.extend_from_slice(spans);
            Self { first_sent: self.first_sent, ..Self::close(buffer, count, envelope) }
        };
        Ok((batch(first, count), batch(second, self.spans - count)))
    }
}

/// Bytes of the span that `bytes` starts with, its tag and length included.
fn span_length(bytes: &[u8]) -> Option<usize> {
    let (&tag, rest) = bytes.split_first()?;
    let mut length = 0_usize;
    for (index, &byte) in rest.iter().enumerate().take(5) {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return (tag == SPAN_TAG).then_some(2 + index + length);
        }
    }
    None
}
