//! Which failures are tried again, and which are not.

use serde_json::json;
use spanmesh_harness::{Answer, GrpcStatus, Refusal};

use super::line::{BATCH, Line, quick};
use super::transport::{Transport, each};
use crate::support::SOON;

/// Failures after which the same batch is sent again.
fn retryable(transport: Transport) -> Vec<(Answer, String)> {
    let named = |answers: &[(Answer, &str)]| -> Vec<(Answer, String)> {
        answers.iter().map(|(answer, why)| (answer.clone(), (*why).to_owned())).collect()
    };
    let mut rows = named(&[
        (Answer::ResetConnection, "the connection is reset, the spans were read"),
        (Answer::ResetConnectionUnread, "the connection is reset before that"),
        (Answer::ResetStream, "the stream is reset, or the connection closed"),
        (Answer::ResetStreamUnread, "the same before the spans were read"),
    ]);
    // Over gRPC they come from a proxy in between; Envoy makes UNAVAILABLE of them.
    let statuses = [429, 502, 503, 504];
    rows.extend(statuses.map(|status| (Answer::Status(status), format!("HTTP status {status}"))));
    if transport.is_grpc() {
        // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS.
        for code in [1, 4, 10, 11, 14, 15] {
            rows.push((Answer::grpc(code, "later"), format!("gRPC status {code}")));
        }
        let trailers_only = Answer::Grpc(GrpcStatus::new(14, "later").trailers_only());
        rows.push((trailers_only, "UNAVAILABLE in the headers".to_owned()));
    }
    rows
}

/// Failures that must not be tried again, and what the log says of them.
fn final_ones(transport: Transport) -> Vec<(Answer, String)> {
    if transport.is_grpc() {
        // UNKNOWN to UNAUTHENTICATED, but those above; RESOURCE_EXHAUSTED does not say when.
        let codes = [2, 3, 5, 6, 7, 8, 9, 12, 13, 16];
        let row = |code: i32| {
            let said = format!("the call ended with gRPC status {code} (reason-{code}");
            (Answer::grpc(code, &format!("reason-{code}")), said)
        };
        let mut rows = codes.map(row).to_vec();
        let unreadable = GrpcStatus::new(8, "unreadable details").details("!!!!");
        let said = "the call ended with gRPC status 8 (unreadable details".to_owned();
        rows.push((Answer::Grpc(unreadable), said));
        // Statuses of proxies in between become gRPC statuses by the table of gRPC.
        for (status, code) in [(400, 13), (401, 16), (403, 7), (404, 12), (413, 2), (500, 2)] {
            let said = format!("the call ended with gRPC status {code} (");
            rows.push((Answer::Status(status), said.clone()));
            rows.push((Answer::Full(status, Vec::new(), b"no".to_vec()), said));
        }
        rows
    } else {
        let statuses = [301, 400, 401, 403, 404, 408, 500, 501, 505];
        let row = |status| (Answer::Status(status), format!("the backend answered {status}"));
        statuses.map(row).to_vec()
    }
}

#[tokio::test]
async fn retryable_failures_are_tried_again_with_the_same_spans() {
    each(|transport| async move {
        let line = Line::start(transport).await;
        for (answer, why) in retryable(transport) {
            let is_unread =
                matches!(answer, Answer::ResetConnectionUnread | Answer::ResetStreamUnread);
            let course = line.course([answer], BATCH).await;
            course.check_delivered(BATCH, &why);
            let attempts = (course.counted("export_attempts"), course.counted("export_failures"));
            assert_eq!((attempts, course.dropped()), ((2, 1), 0), "{why}");
            let [first, second] = &course.requests[..] else {
                panic!("{why}: {} requests", course.requests.len());
            };
            assert!(is_unread || first.span_keys() == second.span_keys(), "{why}");
        }
        assert!(line.told("works again, after 1 failures") >= 1);
    })
    .await;
}

#[tokio::test]
async fn many_failures_in_a_row_end_with_one_delivery() {
    each(|transport| async move {
        let line = Line::start(transport).await;
        let unavailable = Answer::Refuse(Refusal::Unavailable(None));
        let failures = [unavailable.clone(), Answer::ResetConnection, Answer::ResetStreamUnread];
        let failures: Vec<Answer> = failures.into_iter().chain([unavailable]).collect();
        let course = line.course(failures.clone(), 3 * BATCH).await;
        course.check_delivered(3 * BATCH, "three batches");
        assert_eq!(course.counted("export_failures"), failures.len() as u64);
        line.wait_for_log("works again, after 4 failures", SOON).await;
        assert_eq!(line.told("export failed, will be tried again: "), 1);
    })
    .await;
}

#[tokio::test]
async fn other_failures_drop_the_batch_and_only_that() {
    each(|transport| async move {
        let line = Line::start(transport).await;
        for (answer, said) in final_ones(transport) {
            let course = line.course([answer], 2 * BATCH).await;
            course.check_delivered(BATCH, &said);
            assert_eq!(course.counted("spans_dropped_not_retryable"), BATCH, "{said}");
            assert_eq!(course.dropped(), BATCH, "{said}");
            assert_eq!(course.requests.len(), 2, "{said}: nothing was sent again");
            assert_eq!(course.ledger().lost().len() as u64, BATCH, "{said}");
            line.wait_for_log(&format!("dropped spans: {said}"), SOON).await;
        }
        let course = line.course([], BATCH).await;
        course.check_delivered(BATCH, "it works on");
    })
    .await;
}

#[tokio::test]
async fn spans_past_their_time_are_dropped_and_counted() {
    each(|transport| async move {
        let mut options = quick();
        options["retry"] = json!({"initial_interval": "50ms", "max_interval": "50ms", "max_elapsed_time": "300ms"});
        let line = Line::start_with(transport, json!({}), options, |config| config).await;
        line.sidecar.collector.set_default(Answer::Refuse(Refusal::Unavailable(None)));
        let course = line.course([], 2 * BATCH).await;
        course.check_delivered(0, "the collector takes nothing");
        assert_eq!(course.counted("spans_dropped_retry_exhausted"), 2 * BATCH);
        line.wait_for_log("drops spans that could not be delivered in time", SOON).await;
        line.sidecar.collector.set_default(Answer::Accept);
        let course = line.course([], BATCH).await;
        course.check_delivered(BATCH, "later spans have a time of their own");
    })
    .await;
}
