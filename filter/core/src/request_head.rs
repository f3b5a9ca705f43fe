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
mod tests {
    use super::*;
    use crate::header_map::serialise;
    use crate::propagation::Propagator;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn head(pairs: &[(&str, &[u8])]) -> RequestHead {
        RequestHead::new(serialise(pairs.iter().map(|(n, v)| (n.as_bytes(), *v))))
    }

    #[test]
    fn finds_each_header_in_one_pass() {
        let head = head(&[
            (":method", b"GET"),
            (":path", b"/a?b=c"),
            (":authority", b"shop.example:8080"),
            (":scheme", b"http"),
            ("x-forwarded-proto", b"https"),
            ("x-forwarded-for", b"10.0.0.1, 10.0.0.2"),
            ("user-agent", b"\xff\xfe"),
            ("tracestate", b"a=1"),
            ("traceparent", b"one"),
            ("tracestate", b"b=2"),
        ]);
        assert_eq!(head.method(), Some(b"GET".as_slice()));
        assert_eq!(head.path(), Some(b"/a?b=c".as_slice()));
        assert_eq!(head.authority(), Some(b"shop.example:8080".as_slice()));
        assert_eq!(head.scheme(), Some(b"https".as_slice()), "the forwarded scheme wins");
        assert_eq!(head.forwarded_for(), Some(b"10.0.0.1, 10.0.0.2".as_slice()));
        assert_eq!(head.user_agent(), Some(b"\xff\xfe".as_slice()), "bytes stay bytes");
        assert_eq!(head.traceparent(), Some(b"one".as_slice()));
        assert_eq!(head.tracestates().collect::<Vec<_>>(), [b"a=1", b"b=2"]);
    }

    #[test]
    fn two_traceparents_are_none() {
        let head = head(&[("traceparent", b"one"), ("traceparent", b"one")]);
        assert_eq!((head.traceparent(), head.traceparent_count()), (None, 2));
    }

    #[test]
    fn fields_of_noticed_propagators_are_found_in_their_order() {
        let pairs: [(&str, &[u8]); 5] = [
            ("baggage", b"a=1"),
            ("b3", b"0"),
            ("uberctx-user", b"u"),
            ("baggage", b"b=\xff"),
            ("x-other", b"1"),
        ];
        let buffer = || serialise(pairs.iter().map(|(n, v)| (n.as_bytes(), *v)));
        let noticed = [Propagator::Baggage, Propagator::Jaeger].into_iter().collect();
        let head = RequestHead::noticing(noticed, buffer());
        assert_eq!(head.field(Field::Baggage), Some(b"a=1".as_slice()), "the first counts");
        let all: Vec<_> = head.fields(Field::Baggage).map(|(_, value)| value).collect();
        assert_eq!(all, [b"a=1".as_slice(), b"b=\xff"]);
        let user: Vec<_> = head.fields(Field::UberContext).collect();
        assert_eq!(user, [(b"uberctx-user".as_slice(), b"u".as_slice())], "with its name");
        assert_eq!((head.field(Field::B3), head.carried().count()), (None, 3), "not noticed");
        assert_eq!(RequestHead::new(buffer()).carried().count(), 0, "nothing is noticed");
    }

    #[test]
    fn an_empty_list_has_nothing() {
        let head = RequestHead::new(Vec::new());
        assert_eq!((head.method(), head.path(), head.is_grpc()), (None, None, false));
        assert_eq!(head.tracestates().count(), 0);
    }

    #[test]
    fn grpc_is_told_by_the_content_type() {
        let cases: [(&[u8], bool); 6] = [
            (b"application/grpc", true),
            (b"application/grpc+proto", true),
            (b"application/grpc; charset=utf-8", true),
            (b"application/grpc-web+proto", false),
            (b"application/grpcfoo", false),
            (b"application/json", false),
        ];
        for (content_type, is_grpc) in cases {
            assert_eq!(head(&[("content-type", content_type)]).is_grpc(), is_grpc);
        }
    }
}
