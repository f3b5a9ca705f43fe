//! Which foreign code knows which format, behind one face.

use std::fmt;

use crate::{Context, Decision, Format, Headers, opentelemetry_rust, python};

/// A foreign implementation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Library {
    /// The crates of OpenTelemetry for Rust.
    OpenTelemetryRust,
    /// The packages of OpenTelemetry for Python.
    OpenTelemetryPython,
    /// Datadog's tracer for Python.
    DdTrace,
}

/// A foreign implementation of one format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Propagator {
    /// Whose it is.
    pub library: Library,
    /// Its format.
    pub format: Format,
}

impl Library {
    /// All of them.
    pub const ALL: [Library; 3] =
        [Library::OpenTelemetryRust, Library::OpenTelemetryPython, Library::DdTrace];

    fn formats(self) -> &'static [Format] {
        use Format::{B3, B3Multi, Datadog, Jaeger, OtTrace, TraceContext, XRay};
        match self {
            Library::OpenTelemetryRust => &[TraceContext, B3, B3Multi, Jaeger, XRay],
            Library::OpenTelemetryPython => &[TraceContext, B3, B3Multi, Jaeger, XRay, OtTrace],
            Library::DdTrace => &[TraceContext, B3, B3Multi, Datadog],
        }
    }
}

impl Propagator {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Propagator> {
        Library::ALL.into_iter().flat_map(|library| {
            library.formats().iter().map(move |format| Propagator { library, format: *format })
        })
    }

    /// Those of one format: there is at least one, of most there are two or three.
    pub fn of(format: Format) -> impl Iterator<Item = Propagator> {
        Propagator::all().filter(move |propagator| propagator.format == format)
    }

    /// Whether this decision survives being injected and extracted by this code. Others become
    /// another decision.
    pub fn keeps(self, decision: Decision) -> bool {
        let known: &[Decision] = match (self.library, self.format) {
            (Library::OpenTelemetryRust, Format::B3 | Format::B3Multi) => &Decision::ALL,
            (Library::OpenTelemetryRust, Format::Jaeger) => &[Decision::Debug],
            (Library::OpenTelemetryRust, Format::XRay) => &[Decision::Defer],
            (Library::DdTrace, Format::B3 | Format::B3Multi | Format::Datadog) => {
                &[Decision::Defer]
            }
            _ => &[],
        };
        matches!(decision, Decision::Drop | Decision::Sample) || known.contains(&decision)
    }

    /// The fields that this code writes for a context.
    pub fn inject(self, context: &Context) -> Headers {
        match self.library {
            Library::OpenTelemetryRust => opentelemetry_rust::inject(&[self.format], context),
            library => python::inject(library, &[self.format], context),
        }
    }

    /// The context that this code reads; `None` when there is none or it is invalid.
    pub fn extract(self, headers: &[(String, String)]) -> Option<Context> {
        extract_composite(self.library, &[self.format], headers)
    }
}

/// The fields that a composite of OpenTelemetry writes: those of each format.
pub fn inject_composite(library: Library, formats: &[Format], context: &Context) -> Headers {
    match library {
        Library::OpenTelemetryRust => opentelemetry_rust::inject(formats, context),
        library => python::inject(library, formats, context),
    }
}

/// The context that a composite of OpenTelemetry reads. It asks each format in the order given, and
/// one that finds a context replaces what earlier ones found: **the last valid one wins**. Datadog's
/// tracer is asked by one format at a time.
pub fn extract_composite(
    library: Library,
    formats: &[Format],
    headers: &[(String, String)],
) -> Option<Context> {
    match library {
        Library::OpenTelemetryRust => opentelemetry_rust::extract(formats, headers),
        library => python::extract(library, formats, headers),
    }
}

impl fmt::Display for Propagator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {:?}", self.format, self.library)
    }
}
