//! Backends that say when to come back.

use std::time::{Duration, SystemTime};

use spanmesh_harness::{Answer, GrpcStatus, SECONDS};

use super::line::{BATCH, Line};
use super::transport::{Transport, each};

/// By how much an answer may seem to come earlier than it did.
const SLACK: Duration = Duration::from_millis(20);

/// Answers that ask for a wait of more than a second, where 50 ms would do by the configuration.
fn rows(transport: Transport) -> Vec<(Answer, Duration, &'static str)> {
    let wait = Duration::from_millis(1_200);
    if transport.is_grpc() {
        let busy = || GrpcStatus::new(8, "busy");
        return vec![
            (Answer::Grpc(busy().retry_info(wait)), wait, "RESOURCE_EXHAUSTED with RetryInfo"),
            (Answer::Grpc(busy().padded_retry_info(wait)), wait, "padded base64"),
            (Answer::Grpc(busy().retry_info(wait).trailers_only()), wait, "in the headers"),
            (Answer::Grpc(GrpcStatus::new(14, "busy").retry_info(wait)), wait, "UNAVAILABLE"),
        ];
    }
    vec![
        (Answer::retry_after(429, "1"), SECONDS, "429, seconds"),
        (Answer::retry_after(503, " 2"), 2 * SECONDS, "503, seconds"),
        (Answer::retry_after(503, "soon"), Duration::ZERO, "a field that cannot be read"),
    ]
}

#[tokio::test]
async fn they_are_left_alone_that_long() {
    each(|transport| async move {
        let line = Line::start(transport).await;
        for (answer, wait, why) in rows(transport) {
            let course = line.course([answer], BATCH).await;
            course.check_delivered(BATCH, why);
            assert_eq!((course.requests.len(), course.counted("export_failures")), (2, 1), "{why}");
            assert!(course.first_wait() + SLACK >= wait, "{why}: {:?}", course.first_wait());
        }
    })
    .await;
}

#[tokio::test]
async fn they_may_tell_a_date() {
    each(|transport| async move {
        if transport.is_grpc() {
            return;
        }
        let line = Line::start(transport).await;
        line.sidecar.collector.set_default_by(|asked| match asked.number {
            0 => {
                let date = httpdate::fmt_http_date(SystemTime::now() + 3 * SECONDS);
                Answer::retry_after(503, &date)
            }
            _ => Answer::Accept,
        });
        let course = line.course([], BATCH).await;
        course.check_delivered(BATCH, "a date");
        // A date has no parts of seconds.
        assert!(course.first_wait() + SLACK >= 2 * SECONDS, "{:?}", course.first_wait());
    })
    .await;
}
