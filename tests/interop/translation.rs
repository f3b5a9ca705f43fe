//! One hop of ours between foreign code on both sides.

use spanmesh_foreign::{Context, Decision, Format, Propagator, corpus};

use crate::{ours, written};

/// What a reader of `to` finds behind a hop that read `sent`.
fn expected(sent: Context, from: Format, reader: Propagator) -> Context {
    let decision = match sent.decision {
        // The hop samples what is left to it.
        Decision::Defer => Decision::Sample,
        other => written::by_us(reader, other),
    };
    let passed = Context { span_id: ours::OWN_SPAN, decision, ..sent };
    match from == Format::OtTrace || reader.format == Format::OtTrace {
        true => passed.with_low_half(),
        false => passed,
    }
}

/// From every writer, over every other format, to every reader. Of the ids two are enough: each
/// format is read and written with all of them elsewhere.
#[test]
fn every_format_is_translated_to_every_other() {
    let cases: Vec<_> = corpus::contexts().collect();
    let long = cases.iter().take(Decision::ALL.len());
    let short = cases.iter().filter(|case| case.why.starts_with("64 bits"));
    let cases: Vec<_> = long.chain(short).collect();
    assert_eq!(cases.len(), 2 * Decision::ALL.len());
    for writer in Propagator::all() {
        for case in &cases {
            let headers = writer.inject(&case.context);
            let decision = written::by_foreign(writer, case.context.decision);
            let sent = Context { decision, ..case.context };
            for to in Format::ALL {
                let left = ours::pass(&[writer.format], &[to], &headers);
                assert!(left.iter().all(|(name, _)| to.owns(name)), "{writer} to {to}: {left:?}");
                for reader in Propagator::of(to) {
                    let read = reader.extract(&left);
                    let expected = expected(sent, writer.format, reader);
                    assert_eq!(
                        read,
                        Some(expected),
                        "{}: {writer} to {reader}: {left:?}",
                        case.why
                    );
                }
            }
        }
    }
}
