//! Wire formats of trace context and baggage, one file each, and their composition.
//!
//! Which formats are read and written is configured ([`Propagation`]); fields of others pass
//! untouched. What a format says beside the ids stays outside W3C's flag byte ([`Decision`]):
//! "decide for me" and "debug" have no bit there.

pub mod b3;
pub mod baggage;
mod baggage_formats;
mod composite;
pub mod datadog;
mod extraction;
mod field;
mod injection;
pub mod jaeger;
pub mod ottrace;
mod propagator;
mod response_header;
#[cfg(test)]
mod testing;
pub mod tracecontext;
pub mod xray;

pub use baggage_formats::single_members;
pub use composite::Propagation;
pub use field::{Field, OT_BAGGAGE_PREFIX, UBER_CONTEXT_PREFIX};
pub use injection::{Edit, HeaderEdit, Outgoing};
pub use propagator::{Propagator, PropagatorSet};
pub use response_header::{METRIC, ResponseHeader, SERVER_TIMING};

use crate::ids::{SpanId, TraceId};
use crate::request_head::RequestHead;
use crate::span_context::{SpanContext, TraceFlags};
use crate::trace_state::TraceState;

/// What the caller wants done about sampling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// It leaves the decision to this hop.
    #[default]
    Deferred,
    /// It does not sample.
    NotSampled,
    /// It samples.
    Sampled,
    /// It samples, and so must everybody behind it.
    Debug,
}

/// What the fields of one format said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The trace; without one there is only a decision.
    pub trace_id: Option<TraceId>,
    /// The caller's span.
    pub span_id: Option<SpanId>,
    /// What the caller decided.
    pub decision: Decision,
}

/// Fields of a format were there and broke its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// What one format says: nothing, something, or something that breaks its rules.
pub type Extraction = Result<Option<Reading>, Malformed>;

/// The caller's place, as far as its headers name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteParent {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its span; some formats may name a trace alone.
    pub span_id: Option<SpanId>,
    /// Sampled and random bits.
    pub flags: TraceFlags,
    /// The vendor list that travels along; empty when there is none.
    pub trace_state: TraceState,
}

/// What the headers of a request said about its trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The caller's place, when it could be read.
    pub parent: Option<RemoteParent>,
    /// What the caller decided. It may have decided without naming a trace.
    pub decision: Decision,
    /// The caller did not sample, and its context arrived in the very form in which it would be
    /// written.
    pub canonical: bool,
    /// A context was there and broke the rules; the trace starts anew.
    pub invalid_parent: bool,
    /// The vendor list must not be forwarded: it is empty, broke the rules or belongs to no
    /// valid parent.
    pub drop_trace_state: bool,
    /// A vendor list was there and broke the rules.
    pub invalid_trace_state: bool,
}

impl Decision {
    /// The decision that a sampled flag tells.
    pub fn from_flag(sampled: bool) -> Self {
        if sampled { Self::Sampled } else { Self::NotSampled }
    }

    /// Whether the trace is sampled; `None` where that is left to this hop.
    pub fn sampled(self) -> Option<bool> {
        match self {
            Self::Deferred => None,
            Self::NotSampled => Some(false),
            Self::Sampled | Self::Debug => Some(true),
        }
    }
}

impl RemoteParent {
    /// As a span that can be linked to, if it names one.
    pub fn into_span_context(self) -> Option<SpanContext> {
        let Self { trace_id, span_id, flags, trace_state } = self;
        Some(SpanContext { trace_id, span_id: span_id?, flags, trace_state })
    }
}

/// The first value of a field, without white space around it; an empty one counts as absent.
fn value(head: &RequestHead, field: Field) -> Option<&[u8]> {
    head.field(field).map(<[u8]>::trim_ascii).filter(|value| !value.is_empty())
}

/// What `1`, `0`, `true` and `false` say, in any case of letters.
fn sampled(text: &[u8]) -> Option<Decision> {
    if text == b"1" || text.eq_ignore_ascii_case(b"true") {
        Some(Decision::Sampled)
    } else if text == b"0" || text.eq_ignore_ascii_case(b"false") {
        Some(Decision::NotSampled)
    } else {
        None
    }
}
