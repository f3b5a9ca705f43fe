//! The rules, and what breaks them.

use std::fmt;

/// A rule that exports are checked against.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Rule {
    /// A body can be decoded as what it claims to be (OTLP: opentelemetry-proto; Zipkin: its API).
    Decodable,
    /// OTLP/JSON has the form of the published mapping.
    OtlpJson,
    /// Zipkin's JSON has the form of its OpenAPI document.
    ZipkinJson,
    /// No envelope is empty.
    Envelope,
    /// Resource and scope name the schema of the conventions.
    SchemaUrl,
    /// The scope is spanmesh in its version.
    Scope,
    /// The resource has what it must have, and nothing unknown.
    Resource,
    /// Trace and span id have their lengths and are not zero.
    Ids,
    /// The parent's id has its length, is not zero and not the span's own.
    Parent,
    /// Flags say that the span was sampled, and whether its parent is remote.
    Flags,
    /// `tracestate` is well-formed (W3C Trace Context level 2).
    TraceState,
    /// A span ends no earlier than it starts, and neither in the future.
    Times,
    /// The kind is SERVER or CLIENT.
    Kind,
    /// Links have ids, flags and tracestate as spans have.
    Links,
    /// There are no events, and only a limit drops attributes.
    Dropped,
    /// The name is `{method} {target}`, `{method}` or the method of the call.
    Name,
    /// The status follows from the status code and is never Ok; no description.
    Status,
    /// `error.type` is there if the span failed, and is the status or a known failure.
    ErrorType,
    /// Each key comes once and is not empty.
    Keys,
    /// Each attribute is one of this span's conventions or declared.
    Unknown,
    /// Each attribute has its type.
    Type,
    /// Values are among those known, ports and codes in their range.
    Value,
    /// What is required is there.
    Required,
    /// What is required under a condition is there if it holds (and only then, where that is said).
    Conditional,
}

/// A rule that was broken.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The attribute or field; may be empty.
    pub subject: String,
    /// What is wrong.
    pub what: String,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 24] = [
        Rule::Decodable,
        Rule::OtlpJson,
        Rule::ZipkinJson,
        Rule::Envelope,
        Rule::SchemaUrl,
        Rule::Scope,
        Rule::Resource,
        Rule::Ids,
        Rule::Parent,
        Rule::Flags,
        Rule::TraceState,
        Rule::Times,
        Rule::Kind,
        Rule::Links,
        Rule::Dropped,
        Rule::Name,
        Rule::Status,
        Rule::ErrorType,
        Rule::Keys,
        Rule::Unknown,
        Rule::Type,
        Rule::Value,
        Rule::Required,
        Rule::Conditional,
    ];
}

impl Violation {
    pub(crate) fn new(
        rule: Rule,
        subject: impl Into<String>,
        what: impl Into<String>,
    ) -> Violation {
        Violation { rule, subject: subject.into(), what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.rule, self.subject, self.what)
    }
}
