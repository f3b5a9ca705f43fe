//! Several formats at once, in order or in contradiction.

use spanmesh_foreign::{Format, corpus, headers};

use super::lab::{Case, Lab, propagators};

/// Whom OpenTelemetry's composites follow, we follow; and nothing is left to contradict it.
#[tokio::test]
async fn the_format_named_last_counts_and_the_others_follow() {
    let conflicts: Vec<_> = corpus::conflicts().collect();
    let options = conflicts.iter().map(|conflict| propagators(conflict.formats));
    let lab = Lab::start(&options.collect::<Vec<_>>()).await;
    let case = |(listener, conflict): (usize, &&corpus::Conflict)| {
        Case::new(listener, headers(conflict.fields), true)
    };
    let outcomes = lab.exchange(conflicts.iter().enumerate().map(case).collect()).await;
    for (conflict, outcome) in conflicts.iter().zip(outcomes) {
        let why = format!("{:?}: {}", conflict.formats, conflict.why);
        let span = outcome.span();
        let ids = (span.trace_id(), span.parent_span_id());
        match conflict.context() {
            Some(context) => {
                assert_eq!(ids, (context.trace_id_hex(), context.span_id_hex()), "{why}");
            }
            None => assert_eq!(ids.1, "", "{why}"),
        }
        let is_b3 = |format: &Format| matches!(format, Format::B3 | Format::B3Multi);
        for format in Format::ALL {
            let left = outcome.fields_of(format);
            if conflict.formats.contains(&format) {
                let propagator = spanmesh_foreign::Propagator::of(format).next().unwrap();
                let read = propagator.extract(&left).expect(&why);
                let expected = (span.trace_id(), span.span_id());
                assert_eq!((read.trace_id_hex(), read.span_id_hex()), expected, "{why}: {format}");
            } else if is_b3(&format) && conflict.formats.iter().any(is_b3) {
                assert_eq!(left, [], "{why}: the other form of B3 is gone");
            } else {
                let sent = conflict.fields.iter().filter(|(name, _)| format.owns(name));
                assert_eq!(left, headers(&sent.copied().collect::<Vec<_>>()), "{why}: {format}");
            }
        }
    }
    lab.account(conflicts.len() as u64).await;
}

/// What W3C says of a trace still holds where another format names the same trace.
#[tokio::test]
async fn the_list_of_the_same_trace_stays_and_that_of_another_goes() {
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    let lab = Lab::start(&[propagators(&[Format::TraceContext, Format::B3])]).await;
    let parent = format!("00-{TRACE}-b7ad6b7169203331-03");
    let [same, other] = [TRACE, "463ac35c9f6413ad"].map(|id| format!("{id}-a2fb4a1d1a96d312-1"));
    let rows = [(&same, "a=1", "-03", "the same"), (&other, "", "-01", "another")];
    for (b3, list, flags, why) in rows {
        let fields = [("traceparent", &*parent), ("tracestate", "a=1"), ("b3", b3)];
        let outcome = lab.send(0, &fields, true).await;
        let span = outcome.span();
        assert_eq!(span.parent_span_id(), "a2fb4a1d1a96d312", "{why}");
        assert_eq!((&*span.span.trace_state, &*outcome.field("tracestate")), (list, list), "{why}");
        let left = outcome.field("traceparent");
        let expected = format!("00-{}-{}{flags}", span.trace_id(), span.span_id());
        assert_eq!(left, expected, "{why}");
    }
    lab.account(2).await;
}
