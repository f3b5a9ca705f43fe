//! The request headers that a span needs, found in one pass over the list.

use crate::header_map::Pairs;
use crate::propagation::{Field, PropagatorSet};

/// A request's serialised header list and where its interesting values lie in it.
///
/// Holds the host's buffer itself, so nothing is copied until a span is exported.
#[derive(Clone, Debug, Default)]
pub struct RequestHead {
    buffer: Vec<u8>,
    method: Slice,
    path: Slice,
    authority: Slice,
    scheme: Slice,
    forwarded_proto: Slice,
    forwarded_for: Slice,
    user_agent: Slice,
    content_type: Slice,
    traceparent: Slice,
    traceparents: u32,
    tracestates: u32,
    /// Fields of the noticed propagators, in the order of their arrival.
    carried: Vec<Carried>,
}

#[derive(Clone, Copy, Debug)]
struct Carried {
    field: Field,
    name: Slice,
    value: Slice,
}

/// A part of the buffer; the default is "absent".
#[derive(Clone, Copy, Debug)]
struct Slice {
    start: u32,
    end: u32,
}

impl Default for Slice {
    fn default() -> Self {
        Self { start: u32::MAX, end: 0 }
    }
}

impl RequestHead {
    /// Reads the serialised list of the proxy-wasm ABI. Of repeated fields the first counts.
    pub fn new(buffer: Vec<u8>) -> Self {
        Self::noticing(PropagatorSet::default(), buffer)
    }

    /// The same, and notices the fields of these propagators beside W3C Trace Context.
    pub fn noticing(propagators: PropagatorSet, buffer: Vec<u8>) -> Self {
        let mut head = Self::default();
        let origin = buffer.as_ptr().addr();
        for (name, value) in Pairs::new(&buffer) {
            let target = match name {
                b":method" => &mut head.method,
                b":path" => &mut head.path,
                b":authority" => &mut head.authority,
                b":scheme" => &mut head.scheme,
                b"x-forwarded-proto" => &mut head.forwarded_proto,
                b"x-forwarded-for" => &mut head.forwarded_for,
                b"user-agent" => &mut head.user_agent,
                b"content-type" => &mut head.content_type,
                b"traceparent" => {
                    head.traceparents += 1;
                    &mut head.traceparent
                }
                b"tracestate" => {
                    head.tracestates += 1;
                    continue;
                }
                _ => {
                    if !propagators.is_empty()
                        && let Some(field) = Field::of(name, propagators)
                    {
                        let (name, value) =
                            (Slice::locate(origin, name), Slice::locate(origin, value));
                        head.carried.push(Carried { field, name, value });
                    }
                    continue;
                }
            };
            if target.start == u32::MAX {
                *target = Slice::locate(origin, value);
            }
        }
        head.buffer = buffer;
        head
    }

    /// `:method`.
    pub fn method(&self) -> Option<&[u8]> {
        self.get(self.method)
    }

    /// `:path`: path and query, or `*`.
    pub fn path(&self) -> Option<&[u8]> {
        self.get(self.path)
    }

    /// `:authority` (Envoy puts HTTP/1.1's `host` there).
    pub fn authority(&self) -> Option<&[u8]> {
        self.get(self.authority)
    }

    /// `x-forwarded-proto`, else `:scheme`.
    pub fn scheme(&self) -> Option<&[u8]> {
        self.get(self.forwarded_proto).or_else(|| self.get(self.scheme))
    }

    /// `x-forwarded-for`, whole.
    pub fn forwarded_for(&self) -> Option<&[u8]> {
        self.get(self.forwarded_for)
    }

    /// `user-agent`.
    pub fn user_agent(&self) -> Option<&[u8]> {
        self.get(self.user_agent)
    }

    /// Whether this is a gRPC request: content type `application/grpc`, with or without a suffix.
    pub fn is_grpc(&self) -> bool {
        let rest = self.get(self.content_type).and_then(|v| v.strip_prefix(b"application/grpc"));
        matches!(rest, Some([] | [b'+' | b';' | b' ', ..]))
    }

    /// The `traceparent` field, unless there is none or more than one.
    pub fn traceparent(&self) -> Option<&[u8]> {
        self.get(self.traceparent).filter(|_| self.traceparents == 1)
    }

    /// How many `traceparent` fields arrived.
    pub fn traceparent_count(&self) -> u32 {
        self.traceparents
    }

    /// Whether any `tracestate` field arrived.
    pub fn has_tracestate(&self) -> bool {
        self.tracestates > 0
    }

    /// All `tracestate` fields in the order of their arrival.
    pub fn tracestates(&self) -> impl Iterator<Item = &[u8]> {
        let pairs = if self.has_tracestate() { self.buffer.as_slice() } else { &[] };
        Pairs::new(pairs).filter(|(name, _)| *name == b"tracestate").map(|(_, value)| value)
    }

    /// The first value of a noticed field.
    pub fn field(&self, field: Field) -> Option<&[u8]> {
        self.fields(field).next().map(|(_, value)| value)
    }

    /// Names and values of a noticed field, in the order of their arrival.
    pub fn fields(&self, field: Field) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        self.carried()
            .filter(move |(found, ..)| *found == field)
            .map(|(_, name, value)| (name, value))
    }

    /// All noticed fields with their names and values, in the order of their arrival.
    pub fn carried(&self) -> impl Iterator<Item = (Field, &[u8], &[u8])> + Clone {
        self.carried.iter().filter_map(|carried| {
            Some((carried.field, self.get(carried.name)?, self.get(carried.value)?))
        })
    }

    /// The first field of this name (lower case), whatever it is.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.pairs().named(name).next()
    }

    /// All fields.
    pub fn pairs(&self) -> Pairs<'_> {
        Pairs::new(&self.buffer)
    }

    fn get(&self, slice: Slice) -> Option<&[u8]> {
        self.buffer.get(slice.start as usize..slice.end as usize)
    }
}

impl Slice {
    /// Where `value` lies behind the address `origin`.
    fn locate(origin: usize, value: &[u8]) -> Self {
        let start = value.as_ptr().addr().wrapping_sub(origin);
        match (u32::try_from(start), u32::try_from(start.wrapping_add(value.len()))) {
            (Ok(start), Ok(end)) => Self { start, end },
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests;
