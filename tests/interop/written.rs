//! Which decision is left in the fields that somebody writes.

use spanmesh_foreign::{Decision, Format, Library, Propagator};

/// The decision that foreign code writes for another: its library knows fewer, or its format.
pub fn by_foreign(writer: Propagator, decision: Decision) -> Decision {
    use Decision::{Debug, Defer, Drop, Sample};
    use Format::{B3, B3Multi, Jaeger};
    let Propagator { library, format } = writer;
    match (decision, library) {
        (Drop, _) => Drop,
        (Sample | Debug, Library::OpenTelemetryPython) if format == Jaeger => Debug,
        (Sample, _) => Sample,
        (Defer, _) if writer.keeps(Defer) => Defer,
        (Defer, _) => Drop,
        // What a user keeps is written as debug, and read as sampled.
        (Debug, Library::DdTrace) if matches!(format, B3 | B3Multi) => Debug,
        (Debug, _) if writer.keeps(Debug) => Debug,
        (Debug, _) => Sample,
    }
}

/// The decision that foreign code reads of ours.
pub fn by_us(reader: Propagator, decision: Decision) -> Decision {
    match decision {
        Decision::Debug if !reader.keeps(Decision::Debug) => Decision::Sample,
        other => other,
    }
}
