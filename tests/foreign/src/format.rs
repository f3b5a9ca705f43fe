//! The wire formats.

use std::fmt;

/// A format of trace context in headers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// W3C `traceparent`.
    TraceContext,
    /// The single `b3` field.
    B3,
    /// The `x-b3-*` fields.
    B3Multi,
    /// `uber-trace-id`.
    Jaeger,
    /// `x-amzn-trace-id`.
    XRay,
    /// `x-datadog-*`.
    Datadog,
    /// OpenTracing's `ot-tracer-*`.
    OtTrace,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 7] = [
        Format::TraceContext,
        Format::B3,
        Format::B3Multi,
        Format::Jaeger,
        Format::XRay,
        Format::Datadog,
        Format::OtTrace,
    ];

    /// The name in `OTEL_PROPAGATORS`; Datadog's has none there and is called `datadog`.
    pub fn name(self) -> &'static str {
        match self {
            Format::TraceContext => "tracecontext",
            Format::B3 => "b3",
            Format::B3Multi => "b3multi",
            Format::Jaeger => "jaeger",
            Format::XRay => "xray",
            Format::Datadog => "datadog",
            Format::OtTrace => "ottrace",
        }
    }

    /// Whether a field of this name belongs to the format; baggage does not.
    pub fn owns(self, field: &str) -> bool {
        match self {
            Format::TraceContext => matches!(field, "traceparent" | "tracestate"),
            Format::B3 => field == "b3",
            Format::B3Multi => field.starts_with("x-b3-"),
            Format::Jaeger => field == "uber-trace-id",
            Format::XRay => field == "x-amzn-trace-id",
            Format::Datadog => field.starts_with("x-datadog-"),
            Format::OtTrace => field.starts_with("ot-tracer-"),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
