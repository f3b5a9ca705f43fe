//! Contexts to write.

use crate::{Context, Decision};

/// A context and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct ContextCase {
    /// The context.
    pub context: Context,
    /// What the case is for.
    pub why: &'static str,
}

#[rustfmt::skip]
const IDS: &[(&str, &str, &str)] = &[
    ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "the example of W3C Trace Context"),
    ("80f198ee56343ba864fe8b2a57d3eff7", "e457b5a2e4d86bd1", "the example of B3"),
    ("58406520a006649127e371903a2de979", "4c721bf33e3caf8f", "an example of X-Ray: a time comes first"),
    ("0000000000000000463ac35c9f6413ad", "a2fb4a1d1a96d312", "64 bits, as old tracers make them"),
    ("000000000000000000000000000004d2", "000000000000000c", "small numbers: many leading zeros"),
    ("00000000000000000000000000000001", "0000000000000001", "the smallest ids"),
    ("ffffffffffffffffffffffffffffffff", "ffffffffffffffff", "the largest ids"),
    ("80000000000000008000000000000000", "8000000000000000", "the smallest that signed numbers of 64 bits cannot hold"),
    ("7fffffffffffffff7fffffffffffffff", "7fffffffffffffff", "the largest that they can hold"),
    ("00000000000000010000000000000002", "0000000000000003", "a high half with leading zeros"),
    ("0123456789abcdef00000000000000ff", "00000000000000ff", "a low half with leading zeros"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "letters only"),
    ("11111111111111112222222222222222", "3333333333333333", "digits only: hex that could be decimal"),
];

/// Each pair of ids with each decision. A format that does not know a decision makes another of it
/// ([`crate::Propagator::keeps`]).
pub fn contexts() -> impl Iterator<Item = ContextCase> {
    IDS.iter().flat_map(|(trace_id, span_id, why)| {
        Decision::ALL.into_iter().map(move |decision| ContextCase {
            context: Context::new(trace_id, span_id, decision),
            why,
        })
    })
}
