//! Successes, whole and partial: nothing of them is ever sent again.

use spanmesh_harness::Answer;

use super::line::{BATCH, Line};
use super::transport::{Transport, each};
use crate::support::SOON;

#[tokio::test]
async fn partial_successes_are_counted() {
    // rejected, message, of the batch are counted as rejected, what the log says
    let rows = [
        (3, "too old", 3, "spans were rejected: too old"),
        (1, "", 1, "spans were rejected: "),
        (0, "deprecated", 0, "warning: deprecated"),
        (100, "more than there were", BATCH, "spans were rejected: more than there were"),
        (-7, "nonsense", 0, "warning: nonsense"),
    ];
    each(move |transport| async move {
        if transport == Transport::Zipkin {
            // Zipkin has no such thing.
            return;
        }
        let line = Line::start(transport).await;
        for (rejected, message, counted, log) in rows {
            let answer = Answer::PartialSuccess { rejected, message: message.to_owned() };
            let course = line.course([answer], BATCH).await;
            assert_eq!(course.counted("spans_dropped_rejected"), counted, "{log}");
            assert_eq!(course.counted("spans_delivered"), BATCH - counted, "{log}");
            assert_eq!(course.counted("export_failures"), 0, "{log}: it is a success");
            assert_eq!(course.requests.len(), 1, "{log}: nothing is sent again");
            line.wait_for_log(log, SOON).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_body_of_a_success_may_be_anything() {
    each(|transport| async move {
        let line = Line::start(transport).await;
        for answer in [Answer::Accept, Answer::AcceptEmptyBody, Answer::Garbage] {
            let why = format!("{answer:?}");
            let course = line.course([answer], BATCH).await;
            assert_eq!((course.counted("spans_delivered"), course.dropped()), (BATCH, 0), "{why}");
            assert_eq!(course.requests.len(), 1, "{why}: sent once");
        }
    })
    .await;
}
