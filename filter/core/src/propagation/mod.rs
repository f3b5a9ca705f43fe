//! Wire formats of trace context, one file each.

pub mod tracecontext;

use crate::span_context::SpanContext;

/// What the headers of a request said about its trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The caller's span, when it could be read.
    pub parent: Option<SpanContext>,
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
