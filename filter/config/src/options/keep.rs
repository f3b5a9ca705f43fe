//! Options of `keep`.

use super::matching::MATCH_ANSWERED;
use super::{GIB, HOUR, Kind, Opt, opt, required};

/// Failures that `keep.errors` may name.
pub static ERRORS: [&str; 4] = ["http_5xx", "grpc", "reset", "timeout"];

/// Options of `keep`.
pub static KEEP: [Opt; 10] = [
    opt(
        "errors",
        Kind::Some(&ERRORS),
        "false",
        "keep failed requests: true, or some of http_5xx, grpc (statuses that are errors by the conventions), reset (broken connections too), timeout",
    ),
    opt("slower_than", Kind::Duration(1, HOUR), "null", "keep requests that took longer"),
    opt("rules", Kind::Rules(&RULE), "[]", "keep what one of these rules matches"),
    opt(
        "along_path",
        Kind::Truth,
        "true",
        "when a hop keeps a span, the hops above it keep theirs too",
    ),
    opt(
        "path_header",
        Kind::HeaderName,
        r#""x-spanmesh-kept""#,
        "response header that tells the hop above; server-timing uses the form of the W3C draft",
    ),
    opt(
        "calls",
        Kind::Truth,
        "false",
        "hold the calls that a request made until it ends, and keep them with it",
    ),
    opt("max_held_calls", Kind::Integer(1, 1_000_000), "1024", "most calls held, for each worker"),
    opt(
        "max_held_bytes",
        Kind::Integer(1_024, GIB),
        "1048576",
        "most bytes of them, for each worker",
    ),
    opt(
        "max_age",
        Kind::Duration(1_000, HOUR),
        r#""60s""#,
        "time after which held calls and notices of kept traces are forgotten",
    ),
    opt(
        "rate_limit",
        Kind::Object(&RATE_LIMIT),
        "{}",
        "most traces that are kept after the fact, for all workers together",
    ),
];

/// Options of `keep.rate_limit`.
pub static RATE_LIMIT: [Opt; 2] = [
    opt("traces_per_second", Kind::Number(0.001, 1e6), "50", "the rate"),
    opt("burst", Kind::Integer(1, 1_000_000), "100", "most at once"),
];

/// A rule of `keep.rules`.
pub static RULE: [Opt; 3] = [
    required("name", Kind::Text, "its name, which becomes spanmesh.keep.reason"),
    opt(
        "match",
        Kind::NotEmpty(&MATCH_ANSWERED),
        "null",
        "what it matches, see below; null: everything",
    ),
    opt(
        "slower_than",
        Kind::Duration(1, HOUR),
        "null",
        "keep only what took longer; replaces the general threshold for requests that the rule matches",
    ),
];
