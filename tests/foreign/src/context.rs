//! What a format carries, in no format.

use std::fmt;

/// A trace context.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Context {
    /// The trace; 64-bit ids stand in the low half.
    pub trace_id: [u8; 16],
    /// The caller's span; zero where it is not known, as from a load balancer that only made up a
    /// trace id.
    pub span_id: [u8; 8],
    /// The caller's decision.
    pub decision: Decision,
}

/// What the caller says about sampling. Most formats know only the first two.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Decision {
    /// Not sampled.
    Drop,
    /// Sampled.
    Sample,
    /// The receiver is to decide: B3 without a state, `Sampled=?` of X-Ray.
    Defer,
    /// Sampled whatever it costs: `d` of B3, flag 2 of Jaeger.
    Debug,
}

impl Decision {
    /// All decisions.
    pub const ALL: [Decision; 4] =
        [Decision::Drop, Decision::Sample, Decision::Defer, Decision::Debug];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Decision::Drop => "drop",
            Decision::Sample => "sample",
            Decision::Defer => "defer",
            Decision::Debug => "debug",
        }
    }
}

impl Context {
    /// A context by its ids in hex. Panics unless those have 32 and 16 digits.
    pub fn new(trace_id: &str, span_id: &str, decision: Decision) -> Context {
        let mut context = Context { trace_id: [0; 16], span_id: [0; 8], decision };
        for (id, text) in [(&mut context.trace_id[..], trace_id), (&mut context.span_id, span_id)] {
            hex::decode_to_slice(text, id).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
        context
    }

    /// Whether it is sampled.
    pub fn is_sampled(&self) -> bool {
        matches!(self.decision, Decision::Sample | Decision::Debug)
    }

    /// The trace id in hex, 32 digits.
    pub fn trace_id_hex(&self) -> String {
        hex::encode(self.trace_id)
    }

    /// The span id in hex, 16 digits.
    pub fn span_id_hex(&self) -> String {
        hex::encode(self.span_id)
    }

    /// The same with a trace id of 64 bits.
    pub fn with_low_half(mut self) -> Context {
        self.trace_id[..8].fill(0);
        self
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{} {:?}", self.trace_id_hex(), self.span_id_hex(), self.decision)
    }
}
