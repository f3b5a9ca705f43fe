//! Collectors that do not answer in time.

use serde_json::json;
use spanmesh_harness::{Answer, Outcome, SECONDS};
use tokio::time::{Instant, sleep_until};

use super::line::{BATCH, Line, quick};
use super::transport::each;
use crate::support::SOON;

/// The collector would answer in the end, but the call is given up: it sees that, so that its
/// answer counts for nothing, and the spans are sent again.
#[tokio::test]
async fn a_call_without_an_answer_is_given_up_and_tried_again() {
    each(|transport| async move {
        let exporter = json!({"timeout": "2s"});
        let line = Line::start_with(transport, exporter, quick(), |config| config).await;
        let course = line.course([Answer::delayed(5 * SECONDS, Answer::Accept)], BATCH).await;
        let [late, second] = &course.requests[..] else {
            panic!("{} requests", course.requests.len());
        };
        let too_late = Instant::from_std(late.arrived) + 6 * SECONDS;
        course.check_delivered(BATCH, "the second try");
        assert_eq!((course.counted("export_failures"), course.dropped()), (1, 0));
        assert_eq!(late.span_keys(), second.span_keys());
        let waited = course.first_wait();
        assert!((19 * SECONDS / 10..4 * SECONDS).contains(&waited), "{waited:?}");
        // Over HTTP, Envoy answers 504 for the collector.
        let said = if transport.is_grpc() { "no answer came in time" } else { "answered 504" };
        let said = line.sidecar.envoy.wait_for_log(said, SOON).await;
        assert!(said.contains("export failed, will be tried again"), "{said}");
        let active = "cluster.otel-collector.upstream_rq_active";
        line.sidecar.envoy.wait_for_stat(active, |active| active == 0, SOON).await;

        sleep_until(too_late).await;
        let outcomes: Vec<Outcome> =
            line.sidecar.collector.requests().iter().map(|request| request.outcome).collect();
        assert_eq!(outcomes, [Outcome::Unanswered, Outcome::Accepted { rejected: 0 }]);
        // An answer or a status that comes late changes nothing.
        let account = line.settled().await;
        assert_eq!(account.of("spans_delivered"), BATCH);
    })
    .await;
}

/// A collector that takes connections and never reads.
#[tokio::test]
async fn a_silent_collector_gets_everything_when_it_speaks_again() {
    each(|transport| async move {
        let exporter = json!({"timeout": "500ms"});
        let line = Line::start_with(transport, exporter, quick(), |config| config).await;
        let collector = &line.sidecar.collector;
        collector.fall_silent().await;
        let course = line
            .course_of(async {
                line.send(2 * BATCH).await;
                let failures = "spanmesh_export_failures";
                line.sidecar.envoy.wait_for_stat(failures, |count| count >= 2, SOON).await;
                assert_eq!(collector.request_count(), 0);
                collector.restart().await;
            })
            .await;
        assert_eq!(course.counted("spans_delivered"), 2 * BATCH);
        assert_eq!(course.ledger().accepted.len() as u64, 2 * BATCH);
    })
    .await;
}
