//! One export request's worth of encoded spans.

use spanmesh_core::otlp::reader::Fields;

use crate::envelope::Envelope;

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

    /// A batch of spans that were encoded elsewhere.
    pub(super) fn of(spans: usize, encoded: &[u8], envelope: &Envelope) -> Self {
        let from = envelope.headroom();
        let mut buffer = Vec::with_capacity(from + encoded.len() + envelope.tail());
        buffer.resize(from, 0);
        buffer.extend_from_slice(encoded);
        Self::close(buffer, spans, envelope)
    }

    /// Its spans alone.
    pub(super) fn encoded_spans(&self, envelope: &Envelope) -> &[u8] {
        let end = self.buffer.len().saturating_sub(envelope.tail());
        self.buffer.get(envelope.headroom()..end).unwrap_or_default()
    }

    /// Two batches of about half its bytes each; itself when it has only one span.
    pub(super) fn split(self, envelope: &Envelope) -> Result<(Self, Self), Self> {
        let spans = self.encoded_spans(envelope);
        let (mut fields, mut count) = (Fields::new(spans), 0);
        while fields.rest().len() * 2 > spans.len() && count + 1 < self.spans {
            if fields.next().flatten().is_none() {
                return Err(self);
            }
            count += 1;
        }
        let second = fields.rest();
        let Some(first) = spans.get(..spans.len() - second.len()) else { return Err(self) };
        if first.is_empty() || second.is_empty() {
            return Err(self);
        }
        let batch = |spans: &[u8], count| Self {
            first_sent: self.first_sent,
            ..Self::of(count, spans, envelope)
        };
        Ok((batch(first, count), batch(second, self.spans - count)))
    }
}
