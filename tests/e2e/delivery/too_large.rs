//! Backends that take only so much at once (HTTP 413).

use spanmesh_harness::{Answer, Refusal};

use super::line::{BATCH, Line};
use super::transport::each;
use crate::support::SOON;

#[tokio::test]
async fn a_batch_that_is_too_large_arrives_in_parts() {
    each(|transport| async move {
        let line = Line::start(transport).await;
        let too_large = Answer::Refuse(Refusal::TooLarge);
        let course = line.course([too_large.clone()], BATCH).await;
        if transport.is_grpc() {
            // RESOURCE_EXHAUSTED does not tell it from other troubles.
            assert_eq!(course.counted("spans_dropped_not_retryable"), BATCH);
            return;
        }
        course.check_delivered(BATCH, "in halves");
        let sizes: Vec<usize> =
            course.requests.iter().map(|request| request.span_count()).collect();
        assert_eq!(sizes, [4, 2, 2]);

        let course = line.course(vec![too_large; 2], BATCH).await;
        course.check_delivered(BATCH, "in quarters");
        let sizes: Vec<usize> =
            course.requests.iter().map(|request| request.span_count()).collect();
        assert_eq!(sizes, [4, 2, 1, 1, 2], "the second half is not sent before the first");
    })
    .await;
}

#[tokio::test]
async fn a_span_that_is_too_large_alone_is_dropped() {
    each(|transport| async move {
        if transport.is_grpc() {
            return;
        }
        let line = Line::start(transport).await;
        line.sidecar.collector.refuse_longer_than(Some(7_000));
        let course = line
            .course_of(async {
                line.send(2).await;
                // Values of attributes are cut at 4,096 bytes.
                let part = "x".repeat(4_000);
                line.send_one(&format!("/{part}?{part}")).await;
                line.send(1).await;
            })
            .await;
        course.check_delivered(3, "the others");
        assert_eq!((course.counted("spans_dropped_too_large"), course.dropped()), (1, 1));
        line.wait_for_log("the backend answered 413: dropped a span that is too large", SOON).await;
    })
    .await;
}
