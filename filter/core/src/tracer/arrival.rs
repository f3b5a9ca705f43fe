//! A request as it arrives, and how much of what it says is believed.

use super::OT;
use crate::counters::{Counter, Counters};
use crate::entropy::EntropyPool;
use crate::propagation::datadog::DD;
use crate::propagation::{Decision, Extracted, RemoteParent};
use crate::rules::Request;
use crate::span_context::SpanContext;
use crate::trust::{Crossing, OnForeignContext};

/// A request that waits for its place.
pub(super) struct Arrival<'a> {
    /// What its headers say about its trace.
    pub extracted: Extracted,
    /// What rules ask about.
    pub request: Option<Request<'a>>,
    /// Whether its caller may force the trace, and does.
    pub forced: bool,
    /// Whether it crosses the boundary of the mesh.
    pub crossing: Crossing,
}

/// What is believed of it.
#[derive(Default)]
pub(super) struct Origin {
    /// What is left of what its headers say.
    pub extracted: Extracted,
    /// The stranger's span, where its trace is not joined.
    pub link: Option<Box<SpanContext>>,
    /// An `ot` member in place of the stranger's: `rv`, drawn here. Who chooses a trace id could
    /// choose one that every ratio keeps.
    pub fresh_randomness: Option<String>,
}

/// Most characters of a stranger's list that are kept: what everybody must be able to pass on
/// (W3C Trace Context, section 3.3.1.5). More would make every span behind the edge dearer.
const MAX_FOREIGN_LIST: usize = 512;

// === impl Arrival ===

impl Arrival<'_> {
    /// What is believed; `None` when there is no entropy for it.
    pub fn origin(&mut self, entropy: &mut EntropyPool, counters: &mut Counters) -> Option<Origin> {
        let extracted = std::mem::take(&mut self.extracted);
        let Crossing::Entering(on_foreign_context) = self.crossing else {
            return Some(Origin { extracted, ..Origin::default() });
        };
        let has_context = extracted.parent.is_some() || extracted.decision != Decision::Deferred;
        counters.add(Counter::ContextsForeign, has_context.into());
        let Extracted { mut parent, drop_trace_state, .. } = extracted;
        let had_list = parent.as_ref().is_some_and(|parent| !parent.trace_state.is_empty());
        if let Some(parent) = &mut parent {
            let list = std::mem::take(&mut parent.trace_state);
            parent.trace_state = list.limited(MAX_FOREIGN_LIST);
        }
        match (on_foreign_context, parent) {
            (OnForeignContext::IgnoreDecision, Some(parent)) => {
                let fresh_randomness = Some(format!("rv:{:014x}", entropy.randomness()?));
                // Both tell of a decision.
                let trace_state = parent.trace_state.with(OT, None).with(DD, None);
                let parent = Some(RemoteParent { trace_state, ..parent });
                let extracted = Extracted { parent, drop_trace_state, ..Extracted::default() };
                Some(Origin { extracted, link: None, fresh_randomness })
            }
            (_, parent) => {
                let drop_trace_state = drop_trace_state || had_list;
                let extracted = Extracted { drop_trace_state, ..Extracted::default() };
                let link = parent.and_then(RemoteParent::into_span_context).map(Box::new);
                Some(Origin { extracted, link, fresh_randomness: None })
            }
        }
    }
}
