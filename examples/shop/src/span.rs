//! A span as the demonstration looks at it.

use std::fmt;
use std::time::Duration;

/// The facts of one span that the demonstration checks and prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The trace, 32 hexadecimal digits.
    pub trace_id: String,
    /// The span, 16 hexadecimal digits.
    pub span_id: String,
    /// The span above, if there is one.
    pub parent_id: Option<String>,
    /// `service.name` of the resource.
    pub service: String,
    /// The kind.
    pub kind: Kind,
    /// The name.
    pub name: String,
    /// Where the request went: the path, and the host too if this is a call.
    pub target: String,
    /// The query of the request, empty if there is none.
    pub query: String,
    /// The reason, if the span's status is ERROR: `error.type`.
    pub error: Option<String>,
    /// The start, in nanoseconds since the epoch.
    pub start: u64,
    /// The end, in nanoseconds since the epoch.
    pub end: u64,
}

/// The kind of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request that was answered.
    Server,
    /// A call that was made.
    Client,
    /// None of those that a proxy makes.
    Other,
}

// === impl Span ===

impl Span {
    /// How long it took.
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.end.saturating_sub(self.start))
    }

    /// The target with the query.
    pub fn request(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.target, self.query)
    }

    /// The method of the request, with which the name begins. Zipkin has names in lower case.
    pub fn method(&self) -> String {
        let (method, _) = self.name.split_once(' ').unwrap_or((&self.name, ""));
        method.to_ascii_uppercase()
    }
}

// === impl Kind ===

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Server => "SERVER",
            Self::Client => "CLIENT",
            Self::Other => "OTHER",
        })
    }
}
