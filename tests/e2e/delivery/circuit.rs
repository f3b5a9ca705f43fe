//! A collector that is dead for long: it costs a probe now and then, and no request anything.

use std::time::{Duration, Instant};

use serde_json::json;
use spanmesh_harness::{Answer, SECONDS};

use super::line::Line;
use super::transport::each;
use crate::support::{SOON, account};

const QUEUE: u64 = 300;
const REQUESTS: u64 = 200;

#[tokio::test]
async fn a_dead_collector_costs_little_and_gets_what_was_kept_when_it_is_back() {
    each(|transport| async move {
        let options = json!({
            "batch": {"schedule_delay": "50ms", "max_export_batch_size": 10, "max_queue_size": QUEUE},
            "retry": {"initial_interval": "100ms", "max_interval": "800ms", "max_elapsed_time": "120s"},
        });
        let line = Line::start_with(transport, json!({}), options, |config| config).await;
        let envoy = &line.sidecar.envoy;
        let (mut alive, mut dead) = (Duration::MAX, Duration::MAX);
        for _ in 0..3 {
            alive = alive.min(time_of(&line).await);
            line.settled().await;
        }
        let before = account(envoy).await;
        line.sidecar.collector.stop().await;
        let died = Instant::now();
        let mut rounds = 0;
        while rounds < 3 || died.elapsed() < 3 * SECONDS {
            rounds += 1;
            dead = dead.min(time_of(&line).await);
            let queued = envoy.stat("spanmesh_spans_queued").await;
            assert!(queued <= QUEUE, "{queued}");
        }
        // The quickest of several: other tests run at the same time.
        assert!(dead < 2 * alive + SECONDS / 10, "{dead:?} instead of {alive:?}");
        let full = |queued| queued == QUEUE;
        envoy.wait_for_stat("spanmesh_spans_queued", full, SOON).await;

        let now = account(envoy).await;
        let dead_for = died.elapsed();
        assert!(now.balances());
        let attempts = now.of("export_attempts") - before.of("export_attempts");
        // At least 50, 100 and 200 ms, and from then on 400 ms lie between them.
        let most = 5 + dead_for.as_millis() as u64 / 400;
        assert!((3..=most).contains(&attempts), "{attempts} of at most {most} in {dead_for:?}");
        assert_eq!(now.of("export_failures") - before.of("export_failures"), attempts);
        assert_eq!(line.told(""), 1, "one line for all of it");

        let kept = now.of("spans_queued");
        let arrived = line.sidecar.collector.span_count() as u64;
        line.sidecar.collector.restart().await;
        let back = Instant::now();
        let all = (arrived + kept) as usize;
        line.sidecar.collector.wait_for_spans(all, SOON).await;
        let delay = back.elapsed();
        assert!(delay < 3 * SECONDS, "longer than the longest interval of 0.8 s: {delay:?}");
        let account = line.settled().await;
        assert_eq!(account.of("spans_delivered"), arrived + kept);
        assert_eq!(account.dropped(), account.of("spans_dropped_queue_full"));
        line.wait_for_log("works again, after ", SOON).await;
        assert_eq!(line.told(""), 2, "and one for its end");
    })
    .await;
}

/// The time that some requests take.
async fn time_of(line: &Line) -> Duration {
    let begin = Instant::now();
    line.send(REQUESTS).await;
    begin.elapsed()
}

/// Attempts at a collector that answers, but only with errors, grow apart in the same way, over
/// all batches and not for each anew.
#[tokio::test]
async fn intervals_grow_from_batch_to_batch() {
    each(|transport| async move {
        let options = json!({
            "batch": {"schedule_delay": "60s", "max_export_batch_size": 1},
            // Each batch is given up after its first try.
            "retry": {"initial_interval": "200ms", "max_interval": "60s", "max_elapsed_time": "10ms"},
        });
        let line = Line::start_with(transport, json!({}), options, |config| config).await;
        line.sidecar.collector.set_default(Answer::Status(503));
        line.send(4).await;
        let requests = line.sidecar.collector.wait_for_requests(4, SOON).await;
        let waits = requests.windows(2).map(|pair| pair[1].arrived.duration_since(pair[0].arrived));
        // Half of 200, 400 and 800 ms at least.
        for (wait, least) in waits.zip([100, 200, 400].map(Duration::from_millis)) {
            assert!(wait + Duration::from_millis(20) >= least, "{wait:?} instead of {least:?}");
        }
        assert_eq!(line.settled().await.of("spans_dropped_retry_exhausted"), 4);
    })
    .await;
}
