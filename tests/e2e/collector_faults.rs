//! Collectors that are away, slow, busy or broken: nothing is lost that could be delivered,
//! nothing is sent twice after it was accepted, and whatever is dropped is counted.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::{Answer, Load, Request, SECONDS};

use crate::support::{INBOUND, SOON, Sidecar, account};

/// Retries soon; otherwise the defaults.
fn quick_retry() -> Value {
    json!({"retry": {"initial_interval": "50ms", "max_interval": "200ms", "max_elapsed_time": "60s"}})
}

async fn load(sidecar: &Sidecar, count: u64) {
    let report = Load::on(sidecar.envoy.port(INBOUND)).connections(4).count(count).run().await;
    assert_eq!(report.with_status(200), count, "{:?}", report.an_error);
}

/// Every span arrived in accepted exports, once.
fn assert_each_once(sidecar: &Sidecar, count: usize) {
    let spans = sidecar.collector.spans();
    let ids: HashSet<String> = spans.iter().map(|span| span.span_id()).collect();
    assert_eq!((spans.len(), ids.len()), (count, count));
}

#[tokio::test]
async fn retryable_answers_are_tried_again_until_accepted() {
    let sidecar = Sidecar::start(quick_retry()).await;
    sidecar.collector.script([
        Answer::Status(503),
        Answer::Status(502),
        Answer::Status(504),
        Answer::Status(429),
        Answer::ResetConnection,
    ]);
    load(&sidecar, 20).await;
    sidecar.collector.wait_for_spans(20, SOON).await;
    let account = sidecar.settled(20).await;
    account.check();
    assert_eq!((account.of("spans_delivered"), account.dropped()), (20, 0));
    assert_eq!(account.of("export_failures"), 5);
    assert_each_once(&sidecar, 20);
    let bodies = sidecar.collector.requests();
    assert!(bodies.windows(2).all(|pair| pair[0].span_count() >= 1 && pair[1].span_count() >= 1));
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let sidecar = Sidecar::start(quick_retry()).await;
    sidecar.collector.script([Answer::retry_after(429, "2")]);
    load(&sidecar, 1).await;
    let requests = sidecar.collector.wait_for_requests(2, SOON).await;
    let waited = requests[1].arrived.duration_since(requests[0].arrived);
    assert!(
        (Duration::from_millis(1_900)..Duration::from_millis(6_000)).contains(&waited),
        "{waited:?}"
    );
    assert_eq!(sidecar.settled(1).await.of("spans_delivered"), 1);
}

#[tokio::test]
async fn other_answers_are_not_tried_again() {
    for status in [400, 401, 404, 500, 501] {
        let sidecar = Sidecar::start(quick_retry()).await;
        sidecar.collector.script([Answer::Status(status)]);
        load(&sidecar, 3).await;
        let account = sidecar.settled(3).await;
        account.check();
        let dropped = account.of("spans_dropped_not_retryable");
        let delivered = account.of("spans_delivered");
        assert!(dropped >= 1 && dropped + delivered == 3, "{status}: {dropped} + {delivered}");
        let line = format!(
            "spanmesh: exporter.otlp_http.cluster \"otel-collector\": dropped spans: the backend answered {status}"
        );
        sidecar.envoy.wait_for_log(&line, SOON).await;
    }
}

#[tokio::test]
async fn a_partial_success_is_counted_and_never_sent_again() {
    let sidecar = Sidecar::start(json!({"batch": {"schedule_delay": "500ms"}})).await;
    let message = "too old".to_owned();
    sidecar.collector.script([Answer::PartialSuccess { rejected: 4, message }]);
    load(&sidecar, 10).await;
    let account = sidecar.settled(10).await;
    account.check();
    assert_eq!((account.of("spans_delivered"), account.of("spans_dropped_rejected")), (6, 4));
    sidecar.envoy.wait_for_log("\"otel-collector\": spans were rejected: too old", SOON).await;
    assert_eq!(sidecar.collector.requests().len(), 1);
}

#[tokio::test]
async fn garbage_and_empty_bodies_of_a_success_are_a_success() {
    let sidecar = Sidecar::start(quick_retry()).await;
    for (round, answer) in [Answer::Garbage, Answer::AcceptEmptyBody].into_iter().enumerate() {
        sidecar.collector.clear();
        sidecar.collector.script([answer.clone()]);
        load(&sidecar, 1).await;
        sidecar.collector.wait_for_requests(1, SOON).await;
        let account = sidecar.settled(round as u64 + 1).await;
        account.check();
        assert_eq!(account.dropped(), 0, "{answer:?}");
        assert_eq!(sidecar.collector.requests().len(), 1, "{answer:?}: sent once");
    }
}

#[tokio::test]
async fn a_collector_that_is_away_gets_everything_when_it_is_back() {
    let sidecar = Sidecar::start(quick_retry()).await;
    sidecar.collector.stop().await;
    load(&sidecar, 700).await;
    sidecar.envoy.wait_for_stat("spanmesh_export_failures", |n| n >= 2, SOON).await;
    let away = account(&sidecar.envoy).await;
    assert!(away.balances());
    assert_eq!(away.of("spans_delivered"), 0);
    sidecar.collector.restart().await;
    sidecar.collector.wait_for_spans(700, 20 * SECONDS).await;
    sidecar.settled(700).await.check();
    assert_each_once(&sidecar, 700);
}

#[tokio::test]
async fn a_slow_collector_costs_no_request_and_one_export_is_in_flight() {
    let sidecar = Sidecar::start(json!({})).await;
    sidecar.collector.set_default(Answer::delayed(Duration::from_millis(400), Answer::Accept));
    load(&sidecar, 600).await;
    sidecar.collector.wait_for_spans(600, 20 * SECONDS).await;
    sidecar.settled(600).await.check();
    assert_each_once(&sidecar, 600);
    let requests = sidecar.collector.requests();
    for pair in requests.windows(2) {
        let apart = pair[1].arrived.duration_since(pair[0].arrived);
        assert!(apart >= Duration::from_millis(390), "{apart:?}");
    }
}

#[tokio::test]
async fn an_export_without_an_answer_times_out_and_is_tried_again() {
    let mut options = quick_retry();
    options["exporter"] = json!({"otlp_http": {"cluster": "otel-collector", "timeout": "300ms"}});
    let sidecar = Sidecar::start(options).await;
    sidecar.collector.script([Answer::Hang]);
    load(&sidecar, 5).await;
    sidecar.collector.wait_for_spans(5, SOON).await;
    let account = sidecar.settled(5).await;
    account.check();
    assert_eq!((account.of("spans_delivered"), account.of("export_failures")), (5, 1));
}

#[tokio::test]
async fn spans_past_their_time_are_dropped_and_counted() {
    let retry =
        json!({"initial_interval": "50ms", "max_interval": "50ms", "max_elapsed_time": "300ms"});
    let sidecar = Sidecar::start(json!({"retry": retry})).await;
    sidecar.collector.set_default(Answer::Status(503));
    load(&sidecar, 10).await;
    let account = sidecar.settled(10).await;
    account.check();
    assert_eq!(account.of("spans_dropped_retry_exhausted"), 10);
}

#[tokio::test]
async fn a_full_queue_drops_what_does_not_fit_and_keeps_the_rest() {
    let batch =
        json!({"schedule_delay": "50ms", "max_queue_size": 100, "max_export_batch_size": 50});
    let mut options = quick_retry();
    options["batch"] = batch;
    let sidecar = Sidecar::start(options).await;
    sidecar.collector.set_default(Answer::Status(503));
    load(&sidecar, 300).await;
    sidecar.envoy.wait_for_stat("spanmesh_spans_dropped_queue_full", |n| n == 200, SOON).await;
    let full = account(&sidecar.envoy).await;
    assert!(full.balances());
    assert_eq!(full.of("spans_queued"), 100);
    sidecar.collector.set_default(Answer::Accept);
    sidecar.collector.wait_for_spans(100, SOON).await;
    let account = sidecar.settled(300).await;
    account.check();
    assert_eq!((account.of("spans_delivered"), account.dropped()), (100, 200));
    assert_each_once(&sidecar, 100);
}

#[tokio::test]
async fn an_unknown_cluster_is_told_and_fails_no_request() {
    let exporter = json!({"otlp_http": {"cluster": "nowhere"}});
    let retry = json!({"initial_interval": "50ms", "max_elapsed_time": "200ms"});
    let sidecar = Sidecar::start(json!({"exporter": exporter, "retry": retry})).await;
    load(&sidecar, 5).await;
    sidecar
        .envoy
        .wait_for_log(
            "spanmesh: exporter.otlp_http.cluster \"nowhere\": export failed, will be tried again: Envoy knows no such cluster",
            SOON,
        )
        .await;
    let account = sidecar.settled(5).await;
    account.check();
    assert_eq!(account.of("spans_dropped_retry_exhausted"), 5);
}

#[tokio::test]
async fn a_batch_leaves_when_full_or_when_its_delay_is_over() {
    let batch = json!({"schedule_delay": "2s", "max_export_batch_size": 10});
    let sidecar = Sidecar::start(json!({"batch": batch})).await;
    load(&sidecar, 10).await;
    let full = sidecar.collector.wait_for_requests(1, SECONDS).await;
    assert_eq!(full[0].span_count(), 10, "a full batch does not wait");
    let sent = std::time::Instant::now();
    sidecar.send(INBOUND, Request::get("/").host("a.example")).await;
    sidecar.collector.wait_for_spans(11, SOON).await;
    let waited = sent.elapsed();
    assert!(
        (Duration::from_millis(900)..Duration::from_millis(6_000)).contains(&waited),
        "between half and all of the delay: {waited:?}"
    );
    let [_, single] = &sidecar.collector.requests()[..] else { panic!("two exports") };
    assert_eq!(single.header("content-type").as_deref(), Some("application/x-protobuf"));
    assert_eq!(single.header("traceparent"), None, "exports are not traced");
}
