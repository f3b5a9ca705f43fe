//! Options of `propagators`.

use super::{Kind, Opt, opt};

/// The name that means no propagator at all.
pub const NONE: &str = "none";

/// Options of `propagators`, where reading and writing differ.
pub static PROPAGATORS: [Opt; 2] = [
    opt("extract", Kind::PropagatorNames, r#"["tracecontext", "baggage"]"#, "what is read"),
    opt("inject", Kind::PropagatorNames, r#"["tracecontext", "baggage"]"#, "what is written"),
];
