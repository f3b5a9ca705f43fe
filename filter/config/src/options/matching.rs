//! What rules match.

use super::{Kind, Opt, opt};

/// A key of a matcher that is an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchKey {
    /// `prefix`: begins with this text.
    Prefix,
    /// `suffix`: ends with this text.
    Suffix,
    /// `template`: a path template, `/orders/{id}`.
    Template,
    /// `regex`: a regular expression that the whole text matches.
    Regex,
    /// `present`: whether the field must be there.
    Present,
    /// `absent`: whether the field must not be there.
    Absent,
    /// `at_least`: a number at least so large.
    AtLeast,
}

impl MatchKey {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Prefix,
        Self::Suffix,
        Self::Template,
        Self::Regex,
        Self::Present,
        Self::Absent,
        Self::AtLeast,
    ];

    /// Its name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prefix => "prefix",
            Self::Suffix => "suffix",
            Self::Template => "template",
            Self::Regex => "regex",
            Self::Present => "present",
            Self::Absent => "absent",
            Self::AtLeast => "at_least",
        }
    }
}

pub(super) const TEXT: Kind = Kind::Matcher(&[MatchKey::Prefix, MatchKey::Suffix, MatchKey::Regex]);

/// What a matcher of a header field may ask.
pub static HEADER: [MatchKey; 6] = [
    MatchKey::Prefix,
    MatchKey::Suffix,
    MatchKey::Regex,
    MatchKey::Present,
    MatchKey::Absent,
    MatchKey::AtLeast,
];

const METHOD: Opt = opt("method", TEXT, "null", "the method");
const PATH: Opt = opt(
    "path",
    Kind::Matcher(&[MatchKey::Prefix, MatchKey::Suffix, MatchKey::Template, MatchKey::Regex]),
    "null",
    "the path without its query",
);
pub(super) const HOST: Opt =
    opt("host", TEXT, "null", "the host of :authority, in lower case without a port");
const REQUEST_HEADER: Opt =
    opt("header", Kind::HeaderMatchers, "{}", "header fields of the request, by their names");
const DIRECTION: Opt =
    opt("direction", Kind::Choice(&["inbound", "outbound"]), "null", "the side of the proxy");
const GRPC_SERVICE: Opt = opt("grpc_service", TEXT, "null", "package.Service of a gRPC call");
const GRPC_METHOD: Opt = opt("grpc_method", TEXT, "null", "the method of a gRPC call");
const LISTENER_PORT: Opt = opt(
    "listener_port",
    Kind::Ports,
    "null",
    "the port of the listener, or the original one of a redirected connection",
);

/// Conditions on a request; all of them must hold.
pub static MATCH: [Opt; 8] =
    [METHOD, PATH, HOST, REQUEST_HEADER, DIRECTION, GRPC_SERVICE, GRPC_METHOD, LISTENER_PORT];

/// Conditions on a request and its answer; all of them must hold.
pub static MATCH_ANSWERED: [Opt; 10] = [
    METHOD,
    PATH,
    HOST,
    REQUEST_HEADER,
    DIRECTION,
    GRPC_SERVICE,
    GRPC_METHOD,
    LISTENER_PORT,
    opt("response_status", Kind::Statuses, "null", "the status code of the answer"),
    opt(
        "response_header",
        Kind::HeaderMatchers,
        "{}",
        "header fields of the answer, by their names",
    ),
];
