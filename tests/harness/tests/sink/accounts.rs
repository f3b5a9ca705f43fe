//! The ledger.

use serde_json::json;
use spanmesh_harness::{Answer, Client, Collector, Ledger, Refusal, Request, SpanKey};

use super::{call_for, export, send};

async fn post(collector: &Collector, answer: Answer, numbers: impl IntoIterator<Item = u8>) {
    collector.script([answer]);
    let mut client = Client::connect(collector.port()).await;
    let _ = client.try_send(&export(numbers)).await;
}

fn key(number: u8) -> SpanKey {
    let id = format!("{number:02x}");
    SpanKey::new(id.repeat(16), id.repeat(8))
}

const OWN: &str = "spans of the test's own";

#[tokio::test]
async fn every_span_is_entered_where_it_belongs() {
    let collector = Collector::start_unchecked(OWN).await;
    post(&collector, Answer::Refuse(Refusal::Unavailable(None)), 1..=4).await;
    post(&collector, Answer::ResetConnection, 1..=4).await;
    post(&collector, Answer::Accept, 1..=4).await;
    post(&collector, Answer::Accept, 3..=5).await;
    let message = "no".to_owned();
    post(&collector, Answer::PartialSuccess { rejected: 2, message }, 6..=8).await;
    post(&collector, Answer::ResetStream, [9]).await;
    post(&collector, Answer::ResetConnectionUnread, [10]).await;
    post(&collector, Answer::Status(400), 11..=12).await;

    let ledger = collector.ledger();
    let accepted: Vec<&SpanKey> = ledger.accepted.keys().collect();
    assert_eq!(accepted, (1..=8).map(key).collect::<Vec<_>>().iter().collect::<Vec<_>>());
    assert_eq!((ledger.rejected, ledger.delivered(), ledger.duplicates()), (2, 6, 2));
    assert_eq!((ledger.accepted[&key(3)], ledger.accepted[&key(5)]), (2, 1));
    assert_eq!(ledger.unanswered, [1, 2, 3, 4, 9].map(key).into());
    assert_eq!(ledger.in_doubt(), [&key(9)].into(), "the unread one never arrived");
    assert_eq!(ledger.refused, [1, 2, 3, 4, 11, 12].map(key).into());
    assert_eq!(ledger.lost(), [&key(11), &key(12)].into());
    let printed = "8 spans accepted, 2 of them rejected, 2 times again; 6 in refused requests, \
                   2 never accepted; 5 in unanswered requests, 1 never answered";
    assert_eq!(ledger.to_string(), printed);
}

#[tokio::test]
async fn collectors_and_protocols_are_counted_together() {
    let (first, second) =
        (Collector::start_unchecked(OWN).await, Collector::start_unchecked(OWN).await);
    call_for(&first, Answer::Accept).await.unwrap();
    assert_eq!(send(&second, &export([1, 2])).await.status, 200);
    let zipkin = json!([{"traceId": "01".repeat(16), "id": "01".repeat(8)},
                        {"traceId": "03".repeat(16), "id": "03".repeat(8)}]);
    let zipkin = Request::post("/api/v2/spans", zipkin.to_string());
    send(&second, &zipkin.header("content-type", "application/json")).await;

    let ledger = Ledger::of([&first, &second]);
    assert_eq!((ledger.delivered(), ledger.duplicates()), (3, 2));
    assert_eq!(ledger.accepted[&key(1)], 3);
}
