//! Hundreds of exports that end in every way: nothing of them is left in Envoy.

use std::time::Duration;

use serde_json::json;
use spanmesh_harness::{Answer, Refusal, SECONDS};

use super::line::Line;
use super::transport::each;
use crate::support::SOON;

const SPANS: u64 = 100;

/// One answer in three is a success; one in twelve never comes.
fn answer(number: usize) -> Answer {
    match number % 12 {
        0 | 3 | 6 | 9 => Answer::Accept,
        1 => Answer::Hang,
        2 => Answer::ResetStream,
        4 => Answer::ResetConnection,
        5 => Answer::Refuse(Refusal::Unavailable(None)),
        7 => Answer::ResetStreamUnread,
        8 => Answer::Status(503),
        10 => {
            Answer::delayed(Duration::from_millis(20), Answer::Refuse(Refusal::Unavailable(None)))
        }
        _ => Answer::ResetConnectionUnread,
    }
}

#[tokio::test]
async fn hundreds_of_exports_leave_nothing_behind() {
    each(|transport| async move {
        let options = json!({
            "batch": {"schedule_delay": "60s", "max_export_batch_size": 1},
            "retry": {"initial_interval": "1ms", "max_interval": "2ms", "max_elapsed_time": "120s"},
        });
        let exporter = json!({"timeout": "150ms"});
        let line = Line::start_with(transport, exporter, options, |config| config).await;
        line.sidecar.collector.set_default_by(|asked| answer(asked.number));
        let course = line.course([], SPANS).await;
        assert_eq!((course.counted("spans_delivered"), course.dropped()), (SPANS, 0));
        let attempts = course.counted("export_attempts");
        assert!(attempts >= 2 * SPANS, "{attempts}");
        assert_eq!(attempts, course.counted("export_failures") + SPANS);

        let envoy = &line.sidecar.envoy;
        for gauge in ["upstream_rq_active", "upstream_rq_pending_active"] {
            let gauge = format!("cluster.otel-collector.{gauge}");
            envoy.wait_for_stat(&gauge, |active| active == 0, SOON).await;
        }
        let connections = envoy.stat("cluster.otel-collector.upstream_cx_active").await;
        assert!(connections <= 1, "{connections} connections");
        assert!(envoy.is_alive());

        line.sidecar.collector.set_default(Answer::Accept);
        let course = line.course([], 10).await;
        course.check_delivered(10, "it works on");
        assert_eq!(course.counted("export_attempts"), 10);
        tokio::time::sleep(SECONDS / 5).await;
        assert_eq!(envoy.stat("cluster.otel-collector.upstream_rq_active").await, 0);
    })
    .await;
}
