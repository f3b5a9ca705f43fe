//! What we inject, foreign code extracts.

use spanmesh_foreign::{Context, Decision, Format, Library, Propagator, corpus, extract_composite};

use crate::{ours, written};

/// The contexts that a span can have: it has decided.
fn contexts() -> impl Iterator<Item = corpus::ContextCase> {
    corpus::contexts().filter(|case| case.context.decision != Decision::Defer)
}

#[test]
fn every_context_is_read_by_every_reader() {
    let mut count = 0;
    for reader in Propagator::all() {
        for case in contexts() {
            let headers = ours::inject(&[reader.format], &case.context);
            let decision = written::by_us(reader, case.context.decision);
            let sent = Context { decision, ..case.context };
            let is_cut = reader.format == Format::OtTrace;
            let expected = if is_cut { sent.with_low_half() } else { sent };
            assert_eq!(
                reader.extract(&headers),
                Some(expected),
                "{}: {reader}: {headers:?}",
                case.why
            );
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn a_format_writes_its_own_fields_only() {
    for format in Format::ALL {
        for case in contexts() {
            let headers = ours::inject(&[format], &case.context);
            let is_own = headers.iter().all(|(name, _)| format.owns(name));
            assert!(is_own && !headers.is_empty(), "{format}: {headers:?}");
        }
    }
}

/// All formats at once: each is written, and composites of any order read the same.
#[test]
fn every_configured_format_is_written() {
    for case in contexts() {
        let headers = ours::inject(&Format::ALL, &case.context);
        for format in Format::ALL {
            let is_written = headers.iter().any(|(name, _)| format.owns(name));
            assert!(is_written, "{}: {format}: {headers:?}", case.why);
        }
        let mut formats = Format::ALL.to_vec();
        formats.retain(|format| !matches!(format, Format::Datadog | Format::OtTrace));
        for library in [Library::OpenTelemetryRust, Library::OpenTelemetryPython] {
            for _ in 0..formats.len() {
                formats.rotate_left(1);
                let read = extract_composite(library, &formats, &headers).unwrap();
                let ids = (read.trace_id, read.span_id, read.is_sampled());
                let Context { trace_id, span_id, .. } = case.context;
                let expected = (trace_id, span_id, case.context.is_sampled());
                assert_eq!(ids, expected, "{library:?}, {formats:?}: {headers:?}");
            }
        }
    }
}
