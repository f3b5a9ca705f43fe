//! What becomes of a request.

use crate::ids::SpanId;
use crate::propagation::{Edit, Outgoing};
use crate::request_head::RequestHead;
use crate::span_context::SpanContext;
use crate::trust::Crossing;

/// A request's place in its trace, and what the next hop must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The new span; its flags carry the decision.
    pub context: SpanContext,
    /// The caller's span.
    pub parent_span_id: Option<SpanId>,
    /// What to do with `tracestate`.
    pub trace_state: Edit,
    /// Whether keep rules may promote the span if it is not sampled.
    pub may_keep: bool,
    /// Whether the trace is one to be debugged.
    pub debug: bool,
    /// Whether the request crosses the boundary of the mesh.
    pub crossing: Crossing,
    /// The span of a stranger, where the trace starts anew behind it.
    pub link: Option<Box<SpanContext>>,
}

/// What the tracer made of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It goes on with a context of its own.
    Hop(Hop),
    /// Its caller did not sample, nor does this proxy, and nothing may change that: it passes
    /// untouched. With the span by which the next hop is called: the caller's.
    PassedOn(Option<SpanContext>),
    /// No ids could be made; it passes untouched.
    NoEntropy,
}

// === impl Hop ===

impl Hop {
    pub(super) fn outgoing<'a>(&'a self, head: Option<&'a RequestHead>) -> Outgoing<'a> {
        let Self { context, debug, trace_state, crossing, .. } = self;
        let (debug, trace_state, crossing) = (*debug, *trace_state, *crossing);
        Outgoing { context, debug, trace_state, crossing, head }
    }
}
