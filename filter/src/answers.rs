//! What answers tell: trusted callers learn of their trace, strangers learn nothing.

use spanmesh_core::counters::Counter;
use spanmesh_core::keep::PathHeader;
use spanmesh_core::propagation::{HeaderEdit, PropagatorSet, ResponseHeader};
use spanmesh_core::span_context::SpanContext;
use spanmesh_core::trust::Secrets;

use crate::host::{self, HostError};
use crate::state::State;

/// Header fields that are added to answers, or taken out of them.
#[derive(Debug)]
pub struct Answers {
    headers: Vec<ResponseHeader>,
    secrets: Secrets,
}

impl Answers {
    /// Adds `headers`; keeps from strangers what belongs to the `noticed` propagators, and these
    /// fields.
    pub fn new(
        headers: Vec<ResponseHeader>,
        noticed: PropagatorSet,
        kept: Option<&PathHeader>,
    ) -> Self {
        let own = headers.iter().filter(|header| !header.is_shared()).map(ResponseHeader::name);
        let kept = kept.filter(|header| header.is_private()).map(PathHeader::name);
        let names = own.chain(kept).map(str::to_owned).collect();
        Self { headers, secrets: Secrets::new(noticed, names) }
    }

    /// Whether callers are told at all.
    pub fn tell(&self) -> bool {
        !self.headers.is_empty()
    }

    /// Tells the caller which span its request had.
    pub fn add(&self, state: &mut State, context: &SpanContext) {
        for header in &self.headers {
            let write = match header.is_shared() {
                true => host::add_response_header,
                false => host::replace_response_header,
            };
            let written = write(header.name(), &header.value(context));
            state.counters.add(Counter::HostErrors, written.is_err().into());
        }
    }

    /// Takes out of the headers of an answer what no stranger may learn.
    pub fn strip_headers(&self, state: &mut State) {
        self.strip(state, host::response_headers(), |edit| match edit {
            HeaderEdit::Add(name, value) => host::add_response_header(name, value),
            HeaderEdit::Replace(name, value) => host::replace_response_header(name, value),
            HeaderEdit::Remove(name) => host::remove_response_header(name),
        });
    }

    /// The same, for trailers.
    pub fn strip_trailers(&self, state: &mut State) {
        self.strip(state, host::response_trailers(), |edit| match edit {
            HeaderEdit::Add(name, value) => host::add_response_trailer(name, value),
            HeaderEdit::Replace(name, value) => host::remove_response_trailer(name)
                .and_then(|()| host::add_response_trailer(name, value)),
            HeaderEdit::Remove(name) => host::remove_response_trailer(name),
        });
    }

    fn strip(
        &self,
        state: &mut State,
        pairs: Option<Vec<u8>>,
        apply: impl Fn(HeaderEdit<'_>) -> Result<(), HostError>,
    ) {
        let Some(pairs) = pairs else { return };
        self.secrets.strip(&pairs, &mut |edit| {
            state.counters.add(Counter::HostErrors, apply(edit).is_err().into());
        });
    }
}
