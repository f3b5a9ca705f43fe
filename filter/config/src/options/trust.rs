//! Options of `trust`.

use super::matching::{HOST, TEXT};
use super::{Kind, Opt, opt};

/// Options of `trust`.
pub static TRUST: [Opt; 2] = [
    opt(
        "inbound",
        side(&INBOUND),
        "null",
        "callers: mesh, or edge where they are strangers; null: edge at gateways (node type router), else mesh",
    ),
    opt(
        "outbound",
        side(&OUTBOUND),
        r#""mesh""#,
        "upstreams: mesh, or edge where they are strangers, who are told nothing",
    ),
];

const fn side(options: &'static [Opt]) -> Kind {
    Kind::Named(&Kind::Choice(&["mesh", "edge"]), options)
}

/// Sides of a proxy that face callers.
pub static INBOUND: [Opt; 2] = [MESH, opt("edge", Kind::Object(&EDGE), "{}", "strangers")];

/// Sides of a proxy that face upstreams.
pub static OUTBOUND: [Opt; 2] =
    [MESH, opt("edge", Kind::Object(&EDGE_OUTBOUND), "{}", "strangers")];

const MESH: Opt = opt("mesh", Kind::Object(&[]), "{}", "members of the mesh");

/// Options of an edge that faces callers.
pub static EDGE: [Opt; 2] = [
    opt(
        "on_foreign_context",
        Kind::Choice(&["restart", "ignore_decision"]),
        r#""restart""#,
        "what becomes of a stranger's trace: restart it with a link to the stranger's span, or keep its id but not its decision",
    ),
    opt(
        "except",
        Kind::Object(&EXCEPT),
        "{}",
        "who is trusted all the same; any one of these is enough",
    ),
];

/// Options of an edge that faces upstreams.
pub static EDGE_OUTBOUND: [Opt; 1] = [opt(
    "except",
    Kind::Object(&EXCEPT_OUTBOUND),
    "{}",
    "requests that are trusted all the same; any one of these is enough",
)];

const HEADER: Opt = opt(
    "header",
    Kind::HeaderMatchers,
    "null",
    "header fields of the request, by their names; a secret that strangers do not know",
);

/// Callers who are trusted.
pub static EXCEPT: [Opt; 3] = [
    HEADER,
    opt(
        "peer_address",
        Kind::Ranges,
        "null",
        "address ranges of the connection's other end, such as 10.0.0.0/8; never what x-forwarded-for says",
    ),
    opt(
        "mtls_peer",
        TEXT,
        "null",
        "the first URI of the client certificate, such as spiffe://cluster.local/ns/prod/sa/checkout; the listener must validate certificates",
    ),
];

/// Upstreams that are trusted.
pub static EXCEPT_OUTBOUND: [Opt; 2] = [HEADER, HOST];
