//! What foreign code injects, we extract.

use spanmesh_foreign::{Context, Decision, Format, Propagator, corpus, inject_composite};

use crate::{ours, written};

#[test]
fn every_context_of_every_writer_is_read() {
    let mut count = 0;
    for writer in Propagator::all() {
        for case in corpus::contexts() {
            let headers = writer.inject(&case.context);
            let decision = written::by_foreign(writer, case.context.decision);
            let sent = Context { decision, ..case.context };
            // OpenTracing's fields hold 64 bits.
            let is_cut = writer.format == Format::OtTrace;
            let expected = if is_cut { sent.with_low_half() } else { sent };
            let read = ours::extract(&[writer.format], &headers);
            assert_eq!(read, Some(expected), "{}: {writer}: {headers:?}", case.why);
            count += 1;
        }
    }
    assert!(count > 700, "{count}");
}

/// A composite writes every format; whichever we read, and all together, say the same.
#[test]
fn a_composite_is_read_by_each_format_and_by_all() {
    use Format::{B3, B3Multi, Jaeger, TraceContext, XRay};
    let formats = [TraceContext, B3, B3Multi, Jaeger, XRay];
    for writer in Propagator::of(TraceContext).map(|propagator| propagator.library) {
        if !Propagator::of(XRay).any(|propagator| propagator.library == writer) {
            continue;
        }
        for case in corpus::contexts() {
            let headers = inject_composite(writer, &formats, &case.context);
            let last = Propagator { library: writer, format: XRay };
            let decision = match written::by_foreign(last, case.context.decision) {
                // What X-Ray leaves open, `traceparent` says: it has a bit for no more than two.
                Decision::Defer => Decision::Drop,
                other => other,
            };
            let expected = Some(Context { decision, ..case.context });
            assert_eq!(ours::extract(&formats, &headers), expected, "{}: {headers:?}", case.why);
            for format in formats {
                let read = ours::extract(&[format], &headers).unwrap();
                let ids = (read.trace_id, read.span_id);
                assert_eq!(ids, (case.context.trace_id, case.context.span_id), "{format}");
            }
        }
    }
}
