//! Refusals: in the terms of each protocol, by size, and chosen by a function.

use std::time::Duration;

use spanmesh_harness::{Answer, Collector, Outcome, Refusal};

use super::{answer_to, call, call_for, export, frame, message, send};

#[tokio::test]
async fn each_protocol_has_its_own_words() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let soon = Duration::from_millis(1_200);
    let rows = [
        (Refusal::Unavailable(None), 503, "", 14, false),
        (Refusal::Unavailable(Some(soon)), 503, "2", 14, true),
        (Refusal::Throttled(soon), 429, "2", 8, true),
        (Refusal::Invalid, 400, "", 3, false),
        (Refusal::TooLarge, 413, "", 8, false),
    ];
    for (refusal, status, retry_after, code, has_retry_info) in rows {
        let response = answer_to(&collector, Answer::Refuse(refusal)).await;
        let field = response.header("retry-after").unwrap_or_default();
        assert_eq!((response.status, field), (status, retry_after.as_bytes()), "{refusal:?}");

        let response = call_for(&collector, Answer::Refuse(refusal)).await.unwrap();
        let trailers = response.trailers.unwrap();
        assert_eq!(trailers["grpc-status"], code.to_string(), "{refusal:?}");
        assert_eq!(trailers.contains_key("grpc-status-details-bin"), has_retry_info, "{refusal:?}");
    }
    assert!(collector.requests().iter().all(|request| request.outcome == Outcome::Refused));
}

#[tokio::test]
async fn a_whole_answer_is_sent_as_written() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let date = "Wed, 21 Oct 2026 07:28:00 GMT";
    let fields = [("retry-after", date), ("x-odd", "a"), ("x-odd", "b")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let response = answer_to(&collector, Answer::Full(429, fields, b"slow down".to_vec())).await;
    assert_eq!((response.status, response.text()), (429, "slow down".to_owned()));
    assert_eq!(response.header("retry-after"), Some(date.as_bytes()));
    assert_eq!(response.header_values("x-odd"), ["a", "b"]);

    assert_eq!(answer_to(&collector, Answer::Status(204)).await.status, 204);
    let outcomes: Vec<Outcome> =
        collector.requests().iter().map(|request| request.outcome).collect();
    assert_eq!(outcomes, [Outcome::Refused, Outcome::Accepted { rejected: 0 }]);
}

#[tokio::test]
async fn messages_beyond_the_limit_are_too_large() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let limit = message(1..=10).len();
    collector.refuse_longer_than(Some(limit));
    collector.script([Answer::Status(503)]);
    // Each new span adds bytes. What is queued waits for a message that fits.
    for (count, status) in [(11, 413), (10, 503), (11, 413), (10, 200)] {
        let response = send(&collector, &export(1..=count)).await;
        assert_eq!(response.status, status, "{count} spans");
    }
    let compressed = super::gzip(&message(1..=11));
    assert!(compressed.len() < limit);
    let compressed = export([]).body(compressed).header("content-encoding", "gzip");
    assert_eq!(send(&collector, &compressed).await.status, 413, "what counts is inflated");

    for (count, code) in [(11, "8"), (10, "0")] {
        let response = call(&collector, frame(0, &message(1..=count)), &[]).await.unwrap();
        assert_eq!(response.trailers.unwrap()["grpc-status"], code, "{count} spans");
    }
    collector.refuse_longer_than(None);
    assert_eq!(send(&collector, &export(1..=11)).await.status, 200);
    assert_eq!(collector.span_count(), 10 + 10 + 11);
}

#[tokio::test]
async fn a_function_chooses_when_nothing_is_queued() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    collector.set_default_by(|asked| {
        assert_eq!(asked.body_length, asked.decoded_length, "over HTTP, uncompressed");
        match (asked.number, asked.spans) {
            (_, 3..) => Answer::Refuse(Refusal::TooLarge),
            (0, _) => Answer::Refuse(Refusal::Unavailable(None)),
            _ if asked.decoded_length == message([7]).len() => Answer::Accept,
            _ => Answer::Status(418),
        }
    });
    collector.script([Answer::Status(500)]);
    let mut statuses = Vec::new();
    for count in [1, 1, 1, 2, 3] {
        statuses.push(send(&collector, &export(1..=count)).await.status);
    }
    assert_eq!(statuses, [500, 503, 200, 418, 413]);
    collector.set_default(Answer::Accept);
    assert_eq!(send(&collector, &export(1..=3)).await.status, 200);
}
