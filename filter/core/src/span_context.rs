//! What one hop tells the next about a trace.

use crate::ids::{SpanId, TraceId};
use crate::trace_state::TraceState;

/// The flag byte of W3C Trace Context level 2 (section 3.2.2.5), known bits only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceFlags(u8);

/// An identified span: the parent that arrived, or the span made for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanContext {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id.
    pub span_id: SpanId,
    /// Sampled and random bits.
    pub flags: TraceFlags,
    /// The vendor list that travels along; empty when there is none.
    pub trace_state: TraceState,
}

// === impl TraceFlags ===

impl TraceFlags {
    const SAMPLED: u8 = 0x01;
    const RANDOM: u8 = 0x02;

    /// Keeps the bits that level 2 defines and clears the rest, as section 4.3 asks.
    pub fn from_wire(byte: u8) -> Self {
        Self(byte & (Self::SAMPLED | Self::RANDOM))
    }

    /// Flags of a trace that starts here: its trace id is uniformly random.
    pub fn new_trace() -> Self {
        Self(Self::RANDOM)
    }

    /// The same flags with the sampled bit as given; the random bit is never changed.
    pub fn with_sampled(self, sampled: bool) -> Self {
        let kept = self.0 & !Self::SAMPLED;
        Self(if sampled { kept | Self::SAMPLED } else { kept })
    }

    /// Whether the caller may have recorded the trace.
    pub fn is_sampled(self) -> bool {
        self.0 & Self::SAMPLED != 0
    }

    /// Whether the right-most seven bytes of the trace id are known to be random.
    pub fn is_random(self) -> bool {
        self.0 & Self::RANDOM != 0
    }

    /// The byte that goes on the wire.
    pub fn to_wire(self) -> u8 {
        self.0
    }
}
