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
            let (name, value) = (header.name(), header.value(context));
            let written = host::edit_response_headers(match header.is_shared() {
                true => HeaderEdit::Add(name, &value),
                false => HeaderEdit::Replace(name, &value),
            });
            state.counters.add(Counter::HostErrors, written.is_err().into());
        }
    }

    /// Takes out of the headers of an answer what no stranger may learn.
    pub fn strip_headers(&self, state: &mut State) {
        self.strip(state, host::response_headers(), host::edit_response_headers);
    }

    /// The same, for trailers.
    pub fn strip_trailers(&self, state: &mut State) {
        self.strip(state, host::response_trailers(), host::edit_response_trailers);
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
