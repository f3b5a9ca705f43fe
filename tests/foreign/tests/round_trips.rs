//! What one of them writes, all of the same format read.

use spanmesh_foreign::{Context, Decision, Format, Library, Propagator, corpus};

/// What is left of a context on its way from one propagator to another.
fn expected(writer: Propagator, reader: Propagator, context: Context) -> Option<Context> {
    let mut expected = context;
    if writer.format == Format::OtTrace {
        expected = expected.with_low_half();
    }
    // OpenTelemetry for Python writes every sampled context of Jaeger as a debug one.
    let debug = writer.format == Format::Jaeger && writer.library == Library::OpenTelemetryPython;
    if debug && context.decision == Decision::Sample && reader.keeps(Decision::Debug) {
        expected.decision = Decision::Debug;
    }
    Some(expected)
}

#[test]
fn every_reader_understands_every_writer_of_its_format() {
    let mut count = 0;
    for writer in Propagator::all() {
        for reader in Propagator::of(writer.format) {
            for case in corpus::contexts() {
                let decision = case.context.decision;
                if !writer.keeps(decision) || !reader.keeps(decision) {
                    continue;
                }
                let headers = writer.inject(&case.context);
                let read = reader.extract(&headers);
                let expected = expected(writer, reader, case.context);
                assert_eq!(read, expected, "{}: {writer} to {reader}: {headers:?}", case.why);
                count += 1;
            }
        }
    }
    assert!(count > 800, "{count}");
}

#[test]
fn every_format_has_foreign_code_that_writes_its_own_fields_only() {
    let context = corpus::contexts().find(|case| case.context.is_sampled()).unwrap().context;
    for format in Format::ALL {
        assert!(Propagator::of(format).count() > 0, "{format}");
        for propagator in Propagator::of(format) {
            let headers = propagator.inject(&context);
            // Of B3, Rust writes both forms.
            let owns = |name: &str| {
                format.owns(name) || format == Format::B3 && Format::B3Multi.owns(name)
            };
            let owned = headers.iter().all(|(name, _)| owns(name));
            assert!(owned && !headers.is_empty(), "{propagator}: {headers:?}");
        }
    }
}

#[test]
fn decisions_that_a_format_does_not_know_become_others() {
    for propagator in Propagator::all() {
        for decision in Decision::ALL {
            let context = Context { trace_id: [1; 16], span_id: [2; 8], decision };
            let read = propagator.extract(&propagator.inject(&context)).unwrap();
            // Written as debug, read as sampled.
            let kept = read.decision == decision;
            assert_eq!(kept, propagator.keeps(decision), "{propagator}: {decision:?} is {read:?}");
        }
    }
}
