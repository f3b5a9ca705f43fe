//! The fact that a span is kept, told from hop to hop in the headers or trailers of an answer.

use spanmesh_core::counters::Counter;
use spanmesh_core::propagation::HeaderEdit;
use spanmesh_core::tracer::Hop;
use spanmesh_core::trust::Crossing;

use super::Keeper;
use crate::host;
use crate::pipeline::Pipeline;
use crate::recording::{Fate, Recording};
use crate::state::State;

/// The part of an answer that is read and written.
pub(super) struct Answer {
    field: fn(&str) -> Option<Vec<u8>>,
    edit: fn(HeaderEdit<'_>) -> Result<(), host::HostError>,
}

impl Answer {
    pub(super) const HEADERS: Self =
        Self { field: host::response_header, edit: host::edit_response_headers };
    pub(super) const TRAILERS: Self =
        Self { field: host::response_trailer, edit: host::edit_response_trailers };
}

impl Keeper {
    /// Takes the fact that a hop below kept its span out of the headers of an answer that nobody
    /// judges here.
    pub fn strip_headers(&self, pipeline: &Pipeline, state: &mut State) {
        self.strip(pipeline, state, &Answer::HEADERS);
    }

    /// The same, for trailers.
    pub fn strip_trailers(&self, pipeline: &Pipeline, state: &mut State) {
        self.strip(pipeline, state, &Answer::TRAILERS);
    }

    fn strip(&self, pipeline: &Pipeline, state: &mut State, answer: &Answer) {
        // The hop above an application may well want to know.
        if let Some(header) = self.policy.along_path.as_ref().filter(|header| header.is_private())
            && !pipeline.serves_application()
            && (answer.field)(header.name()).is_some()
        {
            let failed = (answer.edit)(HeaderEdit::Remove(header.name())).is_err();
            state.counters.add(Counter::HostErrors, failed.into());
        }
    }

    /// Whether the hop below says that it kept the trace; an application is no hop, and a stranger
    /// is not believed.
    pub(super) fn is_told(&self, pipeline: &Pipeline, hop: &Hop, answer: &Answer) -> bool {
        let is_hop = !pipeline.serves_application() && hop.crossing != Crossing::Leaving;
        let header = self.policy.along_path.as_ref().filter(|_| is_hop);
        header.is_some_and(|h| (answer.field)(h.name()).is_some_and(|value| h.says_kept(&value)))
    }

    /// Tells the hop above, where there is one within the mesh, and takes away what was only meant
    /// for this one.
    pub(super) fn tell(
        &self,
        pipeline: &Pipeline,
        state: &mut State,
        recording: &Recording,
        told: bool,
        answer: &Answer,
    ) {
        let Some(header) = &self.policy.along_path else { return };
        let is_kept = matches!(recording.fate, Fate::Kept(_));
        let tells = is_kept
            && pipeline.serves_application()
            && !recording.hop.crossing.is_foreign()
            && recording.hop.parent_span_id.is_some();
        let mut done = Ok(());
        let is_disbelieved = recording.hop.crossing == Crossing::Leaving;
        if (told || is_disbelieved) && header.is_private() {
            done = (answer.edit)(HeaderEdit::Remove(header.name()));
        }
        if tells {
            done = (answer.edit)(HeaderEdit::Add(
                header.name(),
                &header.value(&recording.hop.context),
            ));
        }
        state.counters.add(Counter::HostErrors, done.is_err().into());
    }
}
