//! Contexts that break their format's rules: the trace starts anew, and they are counted.

use serde_json::json;
use spanmesh_foreign::{Format, corpus, headers};

use super::lab::{Case, Lab};

/// Every field set of the corpus, under all formats at once; those with ids that are none count.
#[tokio::test]
async fn malformed_contexts_are_counted_and_start_new_traces() {
    let lab = Lab::start(&[
        json!({"propagators": Format::ALL.map(Format::name), "sampler": "always_on"}),
    ])
    .await;
    let cases: Vec<_> = corpus::readings().collect();
    let requests = cases.iter().map(|case| Case::new(0, headers(case.fields), true));
    let outcomes = lab.exchange(requests.collect()).await;
    for (case, outcome) in cases.iter().zip(outcomes) {
        let why = format!("{}, {}: {:?}", case.format, case.why, case.fields);
        let span = outcome.span();
        match case.context() {
            Some(context) => {
                let parent =
                    if context.span_id == [0; 8] { String::new() } else { context.span_id_hex() };
                let ids = (span.trace_id(), span.parent_span_id());
                assert_eq!(ids, (context.trace_id_hex(), parent), "{why}");
            }
            None => assert_eq!(span.parent_span_id(), "", "{why}"),
        }
        // Whatever came, the next hop gets the span.
        let left = outcome.field("traceparent");
        assert_eq!(left[3..52], format!("{}-{}", span.trace_id(), span.span_id()), "{why}");
    }
    // Fields without ids are no context, be they empty, a decision, or not about a trace.
    let says_nothing = |case: &&&corpus::ReadingCase| {
        case.why == "a decision without ids"
            || case.why == "empty"
            || case.why == "no root"
            || case.why == "no trace id" && case.format == Format::Datadog
    };
    let none = cases.iter().filter(|case| case.means.is_none());
    let invalid = none.clone().count() - none.filter(says_nothing).count();
    assert!(invalid > 15, "{invalid}");
    let account = lab.account(cases.len() as u64).await;
    assert_eq!(account.of("contexts_invalid"), invalid as u64);
}
