//! Telling the next hop by the configured formats.

use super::{
    Field, Propagation, Propagator, b3, baggage_formats, datadog, jaeger, ottrace, tracecontext,
    xray,
};
use crate::request_head::RequestHead;
use crate::span_context::SpanContext;
use crate::trust::Crossing;
use tracecontext::{TRACEPARENT, TRACESTATE};

/// What is told to the next hop.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The span that the next hop is called by.
    pub context: &'a SpanContext,
    /// Whether the trace is one to be debugged.
    pub debug: bool,
    /// What to do with `tracestate`.
    pub trace_state: Edit,
    /// Whether the other side is a stranger.
    pub crossing: Crossing,
    /// The request as it arrived; `None` where it is known to bring no `traceparent` and nothing
    /// else of it has been read.
    pub head: Option<&'a RequestHead>,
}

/// What becomes of a header that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It stays as it is, or absent.
    Leave,
    /// It is replaced.
    Replace,
    /// It is removed.
    Remove,
}

/// One change to the headers of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderEdit<'a> {
    /// Adds a field that is known to be absent.
    Add(&'a str, &'a [u8]),
    /// Replaces all fields of the name by one.
    Replace(&'a str, &'a [u8]),
    /// Removes all fields of the name.
    Remove(&'a str),
}

// === impl Propagation ===

impl Propagation {
    /// Tells the next hop. Every field of a configured format that arrived is written anew or
    /// removed, so that no two say different things; baggage stays as far as it can. Strangers are
    /// told nothing. Returns the number of members of baggage that had no room.
    pub fn inject(&self, outgoing: &Outgoing<'_>, edit: &mut dyn FnMut(HeaderEdit<'_>)) -> u64 {
        let head = outgoing.head;
        if outgoing.crossing == Crossing::Leaving {
            self.remove(head, edit);
            return 0;
        }
        if self.writes.contains(Propagator::TraceContext) {
            inject_tracecontext(outgoing, edit);
        } else {
            self.remove_tracecontext(head, edit);
        }
        let mut written = 0_u32;
        let mut set = |field: Field, value: &[u8]| {
            written |= 1 << field as u32;
            let is_absent = head.is_some_and(|head| head.field(field).is_none());
            // Adding is cheaper than looking for something to replace.
            edit(match is_absent {
                true => HeaderEdit::Add(field.name(), value),
                false => HeaderEdit::Replace(field.name(), value),
            });
        };
        for propagator in &self.inject {
            propagator.inject(outgoing, &mut set);
        }
        let is_within = outgoing.crossing == Crossing::Within;
        let stays = |field: Field| {
            written & 1 << field as u32 != 0 || (is_within && field.outlives_context())
        };
        remove_fields(head, stays, edit);
        match head.filter(|_| is_within) {
            Some(head) => baggage_formats::inject(self.reads, self.writes, head, edit),
            None => 0,
        }
    }

    /// Takes everything of the configured formats out of a request.
    pub fn remove(&self, head: Option<&RequestHead>, edit: &mut dyn FnMut(HeaderEdit<'_>)) {
        self.remove_tracecontext(head, edit);
        remove_fields(head, |_| false, edit);
    }

    fn remove_tracecontext(
        &self,
        head: Option<&RequestHead>,
        edit: &mut dyn FnMut(HeaderEdit<'_>),
    ) {
        if !self.noticed().contains(Propagator::TraceContext) {
            return;
        }
        if head.is_some_and(|head| head.traceparent_count() > 0) {
            edit(HeaderEdit::Remove(TRACEPARENT));
        }
        if head.is_none_or(RequestHead::has_tracestate) {
            edit(HeaderEdit::Remove(TRACESTATE));
        }
    }
}

fn inject_tracecontext(outgoing: &Outgoing<'_>, edit: &mut dyn FnMut(HeaderEdit<'_>)) {
    let traceparent = tracecontext::print(outgoing.context);
    edit(match outgoing.head.is_some_and(|head| head.traceparent_count() > 0) {
        true => HeaderEdit::Replace(TRACEPARENT, &traceparent),
        false => HeaderEdit::Add(TRACEPARENT, &traceparent),
    });
    match outgoing.trace_state {
        Edit::Leave => {}
        Edit::Replace => {
            let list = outgoing.context.trace_state.as_str();
            edit(HeaderEdit::Replace(TRACESTATE, list.as_bytes()));
        }
        Edit::Remove => edit(HeaderEdit::Remove(TRACESTATE)),
    }
}

/// Removes noticed fields but those that stay, repeated ones at once.
pub(super) fn remove_fields(
    head: Option<&RequestHead>,
    stays: impl Fn(Field) -> bool,
    edit: &mut dyn FnMut(HeaderEdit<'_>),
) {
    let mut last: &[u8] = b"";
    for (field, name, _) in head.into_iter().flat_map(RequestHead::carried) {
        if name != last
            && !stays(field)
            && let Ok(name) = str::from_utf8(name)
        {
            edit(HeaderEdit::Remove(name));
        }
        last = name;
    }
}

// === impl Propagator ===

impl Propagator {
    fn inject(self, outgoing: &Outgoing<'_>, set: &mut dyn FnMut(Field, &[u8])) {
        match self {
            Self::TraceContext | Self::Baggage => {}
            Self::B3 => b3::inject_single(outgoing, set),
            Self::B3Multi => b3::inject_multi(outgoing, set),
            Self::Jaeger => jaeger::inject(outgoing, set),
            Self::XRay => xray::inject(outgoing, set),
            Self::Datadog => datadog::inject(outgoing, set),
            Self::OtTrace => ottrace::inject(outgoing, set),
        }
    }
}
