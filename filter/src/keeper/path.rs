//! The fact that a span is kept, told from hop to hop in the headers or trailers of an answer.

use spanmesh_core::counters::Counter;
use spanmesh_core::span::SpanKind;

use super::Keeper;
use crate::host;
use crate::pipeline::Pipeline;
use crate::recording::{Fate, Recording};
use crate::state::State;

/// The part of an answer that is written to.
pub(super) struct Answer {
    add: fn(&str, &[u8]) -> Result<(), host::HostError>,
    remove: fn(&str) -> Result<(), host::HostError>,
}

impl Answer {
    pub(super) const HEADERS: Self =
        Self { add: host::add_response_header, remove: host::remove_response_header };
    pub(super) const TRAILERS: Self =
        Self { add: host::add_response_trailer, remove: host::remove_response_trailer };
}

impl Keeper {
    /// Takes the fact that a hop below kept its span out of the headers of an answer that nobody
    /// judges here.
    pub fn strip_headers(&self, pipeline: &Pipeline, state: &mut State) {
        self.strip(pipeline, state, host::response_header, host::remove_response_header);
    }

    /// The same, for trailers.
    pub fn strip_trailers(&self, pipeline: &Pipeline, state: &mut State) {
        self.strip(pipeline, state, host::response_trailer, host::remove_response_trailer);
    }

    fn strip(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        field: impl Fn(&str) -> Option<Vec<u8>>,
        remove: impl Fn(&str) -> Result<(), host::HostError>,
    ) {
        // Within the mesh, the hop above an inbound listener may well want to know.
        let passes_on = pipeline.kind() == SpanKind::Server && !pipeline.is_edge();
        if let Some(header) = self.policy.along_path.as_ref().filter(|header| header.is_private())
            && !passes_on
            && field(header.name()).is_some()
        {
            state.counters.add(Counter::HostErrors, remove(header.name()).is_err().into());
        }
    }

    /// Whether the hop below says that it kept the trace. Below an inbound listener there is only
    /// the application.
    pub(super) fn is_told(
        &self,
        pipeline: &Pipeline,
        field: impl Fn(&str) -> Option<Vec<u8>>,
    ) -> bool {
        let from_hop = pipeline.kind() == SpanKind::Client || pipeline.is_edge();
        let header = self.policy.along_path.as_ref().filter(|_| from_hop);
        header.is_some_and(|h| field(h.name()).is_some_and(|value| h.says_kept(&value)))
    }

    /// Tells the hop above, where there is one within the mesh, and takes away what was only meant
    /// for this one.
    pub(super) fn tell(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &Recording,
        told: bool,
        answer: Answer,
    ) {
        let Some(header) = &self.policy.along_path else { return };
        let is_kept = matches!(recording.fate, Fate::Kept(_));
        let tells = is_kept
            && pipeline.kind() == SpanKind::Server
            && !pipeline.is_edge()
            && recording.hop.parent_span_id.is_some();
        let mut done = Ok(());
        if told && header.is_private() {
            done = (answer.remove)(header.name());
        }
        if tells {
            done = (answer.add)(header.name(), &header.value(&recording.hop.context));
        }
        state.counters.add(Counter::HostErrors, done.is_err().into());
    }
}
