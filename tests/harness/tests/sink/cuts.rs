//! Requests that get no answer.

use std::io;
use std::time::Duration;

use spanmesh_harness::{Answer, Client, Collector, H2Client, Outcome, SECONDS};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{call, call_for, export, frame, grpc_export, message, send};

/// How a request over HTTP/1.1 fails.
async fn failure(collector: &Collector, answer: Answer) -> io::ErrorKind {
    collector.script([answer]);
    let mut client = Client::connect(collector.port()).await;
    client.try_send(&export([1])).await.unwrap_err().kind()
}

/// Whether the spans of the last request came, and what its client can know.
fn last(collector: &Collector) -> (usize, Outcome) {
    let request = collector.requests().pop().unwrap();
    (request.span_count(), request.outcome)
}

#[tokio::test]
async fn connections_end_before_or_after_the_spans_are_read() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    use io::ErrorKind::{ConnectionReset, UnexpectedEof};
    let rows = [
        (Answer::ResetConnection, ConnectionReset, 1),
        (Answer::ResetStream, UnexpectedEof, 1),
        (Answer::ResetConnectionUnread, ConnectionReset, 0),
    ];
    for (answer, expected, spans) in rows {
        assert_eq!(failure(&collector, answer.clone()).await, expected, "{answer:?}");
        assert_eq!(last(&collector), (spans, Outcome::Unanswered), "{answer:?}");
    }
    // How this ends depends on how much the client had still to send.
    failure(&collector, Answer::ResetStreamUnread).await;
    assert_eq!(last(&collector), (0, Outcome::Unanswered));
}

#[tokio::test]
async fn a_stream_ends_and_its_connection_lives_on() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    for (answer, spans) in [(Answer::ResetStream, 1), (Answer::ResetStreamUnread, 0)] {
        let error = call_for(&collector, answer.clone()).await.unwrap_err();
        assert!(format!("{error:?}").contains("Reset(StreamId"), "{answer:?}: {error:?}");
        assert_eq!(last(&collector), (spans, Outcome::Unanswered), "{answer:?}");
    }
    let error = call_for(&collector, Answer::ResetConnection).await.unwrap_err();
    assert!(!format!("{error:?}").contains("Reset(StreamId"), "{error:?}");
    assert_eq!(last(&collector), (1, Outcome::Unanswered));
}

#[tokio::test]
async fn an_unread_request_ends_while_its_body_is_on_the_way() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    collector.set_default(Answer::ResetConnectionUnread);
    let mut client = Client::connect(collector.port()).await;
    let head = export([]).header("content-length", "1000000").to_bytes();
    client.send_raw(&head).await.unwrap();
    let error = client.read_response().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!((collector.request_count(), collector.requests()[0].body_length), (1, 0));
}

#[tokio::test]
async fn an_answer_that_hangs_or_comes_too_late_is_none() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let late = Answer::delayed(Duration::from_millis(300), Answer::Accept);
    for answer in [Answer::Hang, late] {
        collector.script([answer.clone()]);
        let patience = Duration::from_millis(100);
        let silence = timeout(patience, call(&collector, frame(0, &message([1])), &[])).await;
        assert!(silence.is_err(), "{answer:?}");
    }
    sleep(Duration::from_millis(400)).await;
    let outcomes: Vec<Outcome> =
        collector.requests().iter().map(|request| request.outcome).collect();
    assert_eq!(outcomes, [Outcome::Unanswered; 2]);
}

#[tokio::test]
async fn a_silent_collector_takes_connections_only() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let mut old = Client::connect(collector.port()).await;
    assert_eq!(old.send(&export([1])).await.status, 200);

    collector.fall_silent().await;
    old.try_send(&export([2])).await.unwrap_err();
    let mut client = Client::connect(collector.port()).await;
    let request = export([3]);
    let silence = timeout(Duration::from_millis(200), client.try_send(&request));
    assert!(silence.await.is_err());
    assert_eq!(collector.request_count(), 1, "nothing was read");

    collector.restart().await;
    client.read_response().await.unwrap_err();
    assert_eq!(send(&collector, &export([4])).await.status, 200);
    assert_eq!(collector.span_count(), 2);
}

/// Whether requests on open connections, sent now and then over a tenth of a second, were answered.
async fn answered(port: u16) -> Vec<JoinHandle<bool>> {
    let mut requests = Vec::new();
    for number in 1..=60 {
        let wait = Duration::from_millis(2 * u64::from(number));
        requests.push(if number % 2 == 0 {
            let mut client = Client::connect(port).await;
            tokio::spawn(async move {
                sleep(wait).await;
                client.try_send(&export([number])).await.is_ok()
            })
        } else {
            let mut client = H2Client::connect(port).await;
            let request = grpc_export("collector.test", frame(0, &message([number])), &[]);
            tokio::spawn(async move {
                sleep(wait).await;
                client.send(request).await.is_ok()
            })
        });
    }
    requests
}

/// A reset ends all requests on its connection, also those that are just being answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_leaves_no_doubt_about_other_answers_on_its_connection() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    for round in 0..20 {
        collector.set_default_by(|asked| match asked.spans {
            2 => Answer::ResetConnection,
            _ => {
                Answer::delayed(Duration::from_millis(asked.number as u64 % 7 * 2), Answer::Accept)
            }
        });
        let client = H2Client::connect(collector.port()).await;
        let requests = (1..=60u8).map(|number| {
            let spans = if number == 30 { 1..=2 } else { 1..=1 };
            let request = grpc_export("c", frame(0, &message(spans)), &[]);
            let mut client = client.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(number.into())).await;
                client.send(request).await.is_ok()
            })
        });
        let requests: Vec<_> = requests.collect();
        let mut answers = 0;
        for request in requests {
            answers += usize::from(request.await.unwrap());
        }
        assert_eq!(collector.span_count(), answers, "round {round}");
        assert!((1..59).contains(&answers), "{answers} in round {round}");
        collector.clear();
    }
}

/// What a collector said before it went away counts, and nothing that it had yet to say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_stops_leaves_no_doubt_about_its_answers() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    for round in 0..10 {
        // Answers fall due all the time, also while it stops.
        collector.set_default_by(move |asked| {
            Answer::delayed(Duration::from_millis(asked.number as u64 % 7 * 5), Answer::Accept)
        });
        let requests = answered(collector.port()).await;
        sleep(Duration::from_millis(25 + 2 * round)).await;
        collector.stop().await;
        let mut answers = 0;
        for request in requests {
            answers += usize::from(request.await.unwrap());
        }
        assert_eq!(collector.span_count(), answers, "round {round}");
        assert!(answers > 0 && collector.request_count() > answers, "{answers} in round {round}");
        collector.clear();
        collector.restart().await;
    }
    collector.set_default(Answer::Accept);
    assert_eq!(send(&collector, &export([1])).await.status, 200);
    collector.wait_for_spans(1, SECONDS).await;
}
