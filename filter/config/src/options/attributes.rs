//! Options of what spans hold: attributes, redaction, limits.

use super::{Kind, MatchKey, Opt, opt};

/// What an attribute of spans may be.
const SCALARS: Kind = Kind::SpanAttributes(&Kind::Scalar);

/// Options of `attributes`.
pub static ATTRIBUTES: [Opt; 6] = [
    opt(
        "request_headers",
        HEADER_NAMES,
        "[]",
        "request header fields that become http.request.header.NAME (gRPC: rpc.request.metadata.NAME), lists of texts",
    ),
    opt(
        "response_headers",
        HEADER_NAMES,
        "[]",
        "response header fields that become http.response.header.NAME (gRPC: rpc.response.metadata.NAME)",
    ),
    opt(
        "baggage",
        Kind::List(&Kind::Text),
        "[]",
        "keys of baggage members that become attributes of the same names; * and ? are wildcards",
    ),
    opt("constant", SCALARS, "{}", "attributes with these values"),
    opt(
        "environment",
        Kind::SpanAttributes(&Kind::Text),
        "{}",
        "attributes with the values of environment variables of the VM; absent or empty ones make none",
    ),
    opt(
        "node_metadata",
        Kind::SpanAttributes(&Kind::OneOrMore(&Kind::Text)),
        "{}",
        "attributes with values of Envoy's node metadata (text, numbers, truth values): a key, or a list of keys that leads inwards",
    ),
];

const HEADER_NAMES: Kind = Kind::List(&Kind::HeaderName);

/// What may be given of a name in place of the whole.
const PARTS: [MatchKey; 3] = [MatchKey::Prefix, MatchKey::Suffix, MatchKey::Regex];

/// Built-in detectors.
pub static DETECTORS: [&str; 3] = ["card_number", "email", "bearer_token"];

/// Options of `redact`.
pub static REDACT: [Opt; 4] = [
    opt(
        "query",
        Kind::List(&Kind::TextOr(&Kind::Text, &PARTS)),
        "[]",
        "query keys whose values become REDACTED, beside those of the semantic conventions",
    ),
    opt(
        "headers",
        Kind::List(&Kind::TextOr(&Kind::HeaderName, &PARTS)),
        "[]",
        "header fields whose values become REDACTED wherever they are written",
    ),
    opt(
        "paths",
        Kind::List(&Kind::TextOr(&Kind::Template, &[MatchKey::Regex])),
        "[]",
        "templates whose parameters become REDACTED in paths and names, or {\"regex\": …}, of which every match does",
    ),
    opt(
        "detectors",
        Kind::List(&Kind::Choice(&DETECTORS)),
        "[]",
        "what becomes REDACTED wherever it stands: card_number, email, bearer_token",
    ),
];

/// Options of `limits`.
pub static LIMITS: [Opt; 3] = [
    opt(
        "attribute_count_limit",
        Kind::Integer(1, 65_536),
        "128",
        "most attributes of a span; those of the conventions come first",
    ),
    opt(
        "attribute_value_length_limit",
        Kind::Integer(1, 1 << 20),
        "4096",
        "most characters of an attribute's value",
    ),
    opt(
        "header_bytes_limit",
        Kind::Integer(1, 1 << 20),
        "8192",
        "most bytes of the values of captured header fields of a span; attributes beyond it are left out whole",
    ),
];
