//! When batches leave.

use std::time::{Duration, Instant};

use serde_json::json;
use spanmesh_harness::{Answer, SECONDS};

use super::line::Line;
use super::transport::{Transport, each};
use crate::support::SOON;

#[tokio::test]
async fn a_batch_leaves_when_full_or_when_its_delay_is_over() {
    each(|transport| async move {
        let options = json!({"batch": {"schedule_delay": "2s", "max_export_batch_size": 10}});
        let line = Line::start_with(transport, json!({}), options, |config| config).await;
        let collector = &line.sidecar.collector;
        let begin = Instant::now();
        line.send(10).await;
        let full = collector.wait_for_requests(1, SOON).await;
        assert_eq!(full[0].span_count(), 10);
        let waited = begin.elapsed();
        assert!(waited < SECONDS, "a full batch does not wait: {waited:?}");
        let sent = Instant::now();
        line.send(1).await;
        let requests = collector.wait_for_requests(2, SOON).await;
        let waited = requests[1].arrived.duration_since(sent);
        let expected = Duration::from_millis(990)..Duration::from_millis(6_000);
        assert!(expected.contains(&waited), "between half and all of the delay: {waited:?}");
        let content_type = match transport {
            Transport::OtlpProtobuf => "application/x-protobuf",
            Transport::OtlpJson | Transport::Zipkin => "application/json",
            Transport::OtlpGrpc => "application/grpc",
        };
        assert_eq!(requests[1].header("content-type").as_deref(), Some(content_type));
        assert_eq!(requests[1].header("traceparent"), None, "exports are not traced");
        line.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_slow_collector_costs_no_request_and_one_export_is_on_its_way() {
    each(|transport| async move {
        let delay = Duration::from_millis(400);
        let options = json!({"batch": {"schedule_delay": "20ms", "max_export_batch_size": 50}});
        let line = Line::start_with(transport, json!({}), options, |config| config).await;
        line.sidecar.collector.set_default(Answer::delayed(delay, Answer::Accept));
        let begin = Instant::now();
        let course = line.course([], 400).await;
        course.check_delivered(400, "all in the end");
        assert!(begin.elapsed() > 8 * delay, "eight batches of fifty one after another");
        for pair in course.requests.windows(2) {
            let apart = pair[1].arrived.duration_since(pair[0].arrived);
            assert!(apart + Duration::from_millis(10) >= delay, "{apart:?}");
        }
    })
    .await;
}
