//! Options of `propagators`.

use super::{Kind, Opt, opt};

/// The name that means no propagator at all.
pub const NONE: &str = "none";

/// Fields that frame an answer (RFC 9110 sections 7.6.1 and 8): another value would break it.
pub const FRAMING: [&str; 10] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Options of `propagators`, where reading and writing differ.
pub static PROPAGATORS: [Opt; 2] = [
    opt("extract", Kind::PropagatorNames, r#"["tracecontext", "baggage"]"#, "what is read"),
    opt("inject", Kind::PropagatorNames, r#"["tracecontext", "baggage"]"#, "what is written"),
];
