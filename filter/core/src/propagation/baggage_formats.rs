//! Baggage from format to format: W3C's list, the fields of Jaeger and those of OpenTracing.
//!
//! What is read and written stays as it is, as long as it keeps the limits. What is read and not
//! written is told in the formats that are, and removed.

use std::borrow::Cow;

use super::injection::remove_fields;
use super::{
    Field, HeaderEdit, OT_BAGGAGE_PREFIX, Propagator, PropagatorSet, UBER_CONTEXT_PREFIX, baggage,
};
use crate::percent;
use crate::request_head::RequestHead;

/// A key and its decoded value.
pub type Member<'a> = (&'a str, Cow<'a, [u8]>);

/// The formats that have a field for each member.
const FAMILIES: [(Propagator, Field, &str); 2] = [
    (Propagator::Jaeger, Field::UberContext, UBER_CONTEXT_PREFIX),
    (Propagator::OtTrace, Field::OtBaggage, OT_BAGGAGE_PREFIX),
];

/// Tells the next hop of the baggage that arrived. Returns the number of members that had no room.
pub(super) fn inject(
    reads: PropagatorSet,
    writes: PropagatorSet,
    head: &RequestHead,
    edit: &mut dyn FnMut(HeaderEdit<'_>),
) -> u64 {
    let is_baggage =
        |field| matches!(field, Field::Baggage | Field::UberContext | Field::OtBaggage);
    if !head.carried().any(|(field, ..)| is_baggage(field)) {
        return 0;
    }
    let listed = listed(reads, head);
    let single = single(reads, head);
    let dropped = inject_list(reads, writes, head, &listed, &single, edit);
    let mut all: Vec<Member<'_>> = Vec::new();
    for member in listed.into_iter().chain(single) {
        if !contains(&all, member.0) {
            all.push(member);
        }
    }
    for (propagator, field, prefix) in FAMILIES {
        if writes.contains(propagator) {
            let arrived: Vec<_> = members_of(field, prefix, head).collect();
            for (key, value) in all.iter().filter(|(key, _)| !contains(&arrived, key)) {
                if let Some(value) = written(propagator, value) {
                    edit(HeaderEdit::Add(&[prefix, key].concat(), &value));
                }
            }
        } else if reads.contains(propagator) {
            remove_fields(Some(head), |other| other != field, edit);
        }
    }
    dropped
}

/// Writes W3C's list where something is to be added to it or it is too long.
fn inject_list(
    reads: PropagatorSet,
    writes: PropagatorSet,
    head: &RequestHead,
    listed: &[Member<'_>],
    single: &[Member<'_>],
    edit: &mut dyn FnMut(HeaderEdit<'_>),
) -> u64 {
    let fields = || head.fields(Field::Baggage).map(|(_, value)| value);
    let has_list = fields().next().is_some();
    if !writes.contains(Propagator::Baggage) {
        if has_list && reads.contains(Propagator::Baggage) {
            edit(HeaderEdit::Remove(baggage::BAGGAGE));
        }
        return 0;
    }
    let mut more = Vec::new();
    for (key, value) in single.iter().filter(|(key, _)| !contains(listed, key)) {
        more.extend_from_slice(if more.is_empty() { b"" } else { b"," });
        more.extend_from_slice(key.as_bytes());
        more.push(b'=');
        percent::encode(value, &mut more);
    }
    let has_more = !more.is_empty();
    let all = || fields().chain(has_more.then_some(more.as_slice()));
    match baggage::limited(all()) {
        Some(limited) if limited.value.is_empty() => {
            edit(HeaderEdit::Remove(baggage::BAGGAGE));
            limited.dropped
        }
        Some(limited) => {
            edit(HeaderEdit::Replace(baggage::BAGGAGE, &limited.value));
            limited.dropped
        }
        None if has_more => {
            let joined = all().collect::<Vec<_>>().join(&b',');
            edit(match has_list {
                true => HeaderEdit::Replace(baggage::BAGGAGE, &joined),
                false => HeaderEdit::Add(baggage::BAGGAGE, &joined),
            });
            0
        }
        None => 0,
    }
}

/// Members of W3C's list, if that is read.
fn listed(reads: PropagatorSet, head: &RequestHead) -> Vec<Member<'_>> {
    if !reads.contains(Propagator::Baggage) {
        return Vec::new();
    }
    baggage::members(head.fields(Field::Baggage).map(|(_, value)| value))
}

/// Members that came in noticed fields of their own, each key once.
pub fn single_members(head: &RequestHead) -> Vec<Member<'_>> {
    single(FAMILIES.map(|(propagator, ..)| propagator).into_iter().collect(), head)
}

/// The same of those that are read.
fn single(reads: PropagatorSet, head: &RequestHead) -> Vec<Member<'_>> {
    let mut members = Vec::new();
    for (propagator, field, prefix) in FAMILIES {
        if reads.contains(propagator) {
            for member in members_of(field, prefix, head).take(baggage::MAX_MEMBERS) {
                if !contains(&members, member.0) {
                    members.push(member);
                }
            }
        }
    }
    members
}

fn members_of<'a>(
    field: Field,
    prefix: &'static str,
    head: &'a RequestHead,
) -> impl Iterator<Item = Member<'a>> {
    head.fields(field).filter_map(move |(name, value)| {
        let key = str::from_utf8(name).ok()?.strip_prefix(prefix).filter(|key| !key.is_empty())?;
        // Jaeger's clients encode values as in URLs; OpenTracing's basic tracers do not.
        let decoded =
            if field == Field::UberContext { percent::decode(value) } else { value.into() };
        Some((key, decoded))
    })
}

/// Names of fields have no case.
fn contains(members: &[Member<'_>], key: &str) -> bool {
    members.iter().any(|(known, _)| known.eq_ignore_ascii_case(key))
}

/// The value as it stands in a field of its own. What is no printable ASCII must not, and
/// OpenTracing has no way to write it.
fn written<'a>(propagator: Propagator, value: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    if propagator == Propagator::Jaeger {
        let mut encoded = Vec::new();
        percent::encode(value, &mut encoded);
        return Some(encoded.into());
    }
    value.iter().all(|b| matches!(b, 0x20..=0x7e)).then_some(value.into())
}

#[cfg(test)]
mod tests;
