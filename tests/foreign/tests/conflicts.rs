//! Several formats at once, through OpenTelemetry's own composites.

use spanmesh_foreign::{
    Context, Decision, Format, Library, corpus, extract_composite, headers, inject_composite,
};

const COMPOSITES: [Library; 2] = [Library::OpenTelemetryRust, Library::OpenTelemetryPython];

#[test]
fn the_last_format_that_finds_a_context_wins() {
    for case in corpus::conflicts() {
        for library in COMPOSITES {
            let read = extract_composite(library, case.formats, &headers(case.fields));
            assert_eq!(read, case.context(), "{library:?}, {:?}: {}", case.formats, case.why);
        }
    }
}

#[test]
fn a_malformed_single_field_hides_the_others_only_from_python() {
    let fields = [
        ("b3", "bbbbbbbb-bbbbbbbbbbbbbbbb-1"),
        ("x-b3-traceid", "cccccccccccccccccccccccccccccccc"),
        ("x-b3-spanid", "cccccccccccccccc"),
        ("x-b3-sampled", "1"),
    ];
    let read = |library| extract_composite(library, &[Format::B3], &headers(&fields));
    assert!(read(Library::OpenTelemetryRust).is_some());
    assert_eq!(read(Library::OpenTelemetryPython), None);
}

#[test]
fn every_format_is_written() {
    let context = Context { trace_id: [1; 16], span_id: [2; 8], decision: Decision::Sample };
    let formats = [Format::TraceContext, Format::B3, Format::B3Multi, Format::Jaeger, Format::XRay];
    for library in COMPOSITES {
        let headers = inject_composite(library, &formats, &context);
        for format in formats {
            let written = headers.iter().any(|(name, _)| format.owns(name));
            assert!(written, "{library:?}, {format}: {headers:?}");
        }
    }
}
