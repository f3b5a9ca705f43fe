//! Fields of several formats that contradict each other: we follow whom OpenTelemetry follows.

use spanmesh_foreign::{Library, corpus, extract_composite, headers};

use crate::ours;

#[test]
fn the_same_context_wins_as_in_the_composites_of_opentelemetry() {
    for case in corpus::conflicts() {
        let read = ours::extract(case.formats, &headers(case.fields));
        assert_eq!(read, case.context(), "{:?}: {}", case.formats, case.why);
    }
}

/// The same fields under every order of their formats, where the corpus has one.
#[test]
fn it_wins_under_every_order_of_formats() {
    let mut count = 0;
    for case in corpus::conflicts() {
        let mut formats = case.formats.to_vec();
        for _ in 0..formats.len() {
            formats.rotate_left(1);
            let headers = headers(case.fields);
            let read = ours::extract(&formats, &headers);
            for library in [Library::OpenTelemetryRust, Library::OpenTelemetryPython] {
                let theirs = extract_composite(library, &formats, &headers);
                assert_eq!(read, theirs, "{library:?}, {formats:?}: {}", case.why);
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count}");
}

/// Behind us nothing contradicts anything any more: each format that was configured has the
/// winner's trace, or nothing.
#[test]
fn behind_a_hop_there_is_no_conflict() {
    for case in corpus::conflicts().filter(|case| case.wins.is_some()) {
        let left = ours::pass(case.formats, case.formats, &headers(case.fields));
        for format in case.formats {
            let read = ours::extract(&[*format], &left).unwrap();
            let expected = (case.context().unwrap().trace_id, ours::OWN_SPAN);
            assert_eq!((read.trace_id, read.span_id), expected, "{format}: {}", case.why);
        }
    }
}
