//! Each format in and each out, in all pairs: the trace goes on, and the decision with it.

use serde_json::json;
use spanmesh_foreign::{Context, Decision, Format, Propagator};

use super::lab::{Case, Lab, Outcome};

const SENT: [(&str, &str); 2] = [
    ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"),
    ("0000000000000000463ac35c9f6413ad", "a2fb4a1d1a96d312"),
];

/// What a foreign writer sends to the hop between two formats.
struct Passage {
    writer: Propagator,
    to: Format,
    sent: Context,
}

#[tokio::test]
async fn every_format_goes_in_and_every_format_comes_out() {
    let pairs: Vec<_> =
        Format::ALL.into_iter().flat_map(|from| Format::ALL.map(|to| (from, to))).collect();
    let options = pairs.iter().map(
        |(from, to)| json!({"propagators": {"extract": [from.name()], "inject": [to.name()]}}),
    );
    let lab = Lab::start(&options.collect::<Vec<_>>()).await;

    let (mut passages, mut cases) = (Vec::new(), Vec::new());
    for (listener, (from, to)) in pairs.into_iter().enumerate() {
        for writer in Propagator::of(from) {
            for (trace_id, span_id) in SENT {
                for decision in [Decision::Sample, Decision::Drop] {
                    let sent = Context::new(trace_id, span_id, decision);
                    cases.push(Case::new(listener, writer.inject(&sent), sent.is_sampled()));
                    passages.push(Passage { writer, to, sent });
                }
            }
        }
    }
    let sampled = cases.iter().filter(|case| case.is_sampled).count();
    let outcomes = lab.exchange(cases).await;
    for (passage, outcome) in passages.iter().zip(&outcomes) {
        passage.check(outcome);
    }
    assert!(passages.len() > 400, "{}", passages.len());
    lab.account(sampled as u64).await;
}

impl Passage {
    fn check(&self, outcome: &Outcome) {
        let Passage { writer, to, sent } = *self;
        let why = format!("{writer}, {sent:?}, to {to}: {:?}", outcome.seen.headers);
        // OpenTracing's fields hold 64 bits.
        let cut = |context: Context, format| match format {
            Format::OtTrace => context.with_low_half(),
            _ => context,
        };
        let joined = cut(sent, writer.format);
        if sent.is_sampled() {
            let span = outcome.span();
            let ids = (span.trace_id(), span.parent_span_id());
            assert_eq!(ids, (joined.trace_id_hex(), joined.span_id_hex()), "{why}");
        }
        let is_replaced = writer.format != to && !outcome.fields_of(writer.format).is_empty();
        assert!(!is_replaced, "{why}");
        for reader in Propagator::of(to) {
            let read = reader.extract(&outcome.fields_of(to)).expect(&why);
            let trace = (read.trace_id_hex(), read.is_sampled());
            let expected = (cut(joined, to).trace_id_hex(), sent.is_sampled());
            assert_eq!(trace, expected, "{reader}: {why}");
            let parent = read.span_id_hex();
            match &outcome.span {
                Some(span) => assert_eq!(parent, span.span_id(), "{reader}: {why}"),
                // An unsampled `traceparent` may pass as it is.
                None if writer.format == to && to == Format::TraceContext => {}
                None => assert_ne!(parent, sent.span_id_hex(), "{reader}: {why}"),
            }
        }
    }
}
