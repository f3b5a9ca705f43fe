//! A second cluster that stands in for the first.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spanmesh_harness::{Answer, Collector, EnvoyConfig, Ledger, Refusal, SECONDS};
use tokio::time::sleep;

use super::line::{BATCH, Line, quick};
use super::transport::{Transport, each};
use crate::support::{Account, SOON};

const FAILED: &str = "export failed, will be tried again: ";
const WORKS: &str = "works again, after ";

/// A sidecar with two collectors.
struct Pair {
    line: Line,
    second: Collector,
}

impl Pair {
    async fn start(transport: Transport, timeout: &str, options: Value) -> Pair {
        let second = Collector::start().await;
        let cluster = transport.cluster("second-collector", second.port());
        let exporter = json!({"failover_cluster": "second-collector", "timeout": timeout});
        let adjust = |config: EnvoyConfig| config.add_cluster(&cluster);
        let line = Line::start_with(transport, exporter, options, adjust).await;
        Pair { line, second }
    }

    fn first(&self) -> &Collector {
        &self.line.sidecar.collector
    }

    /// Everything was delivered, once, to the first or the second.
    async fn delivered(&self) -> Account {
        let account = self.line.settled().await;
        let ledger = Ledger::of([self.first(), &self.second]);
        let counted = (account.of("spans_delivered"), account.dropped());
        assert_eq!(counted, (self.line.sent(), 0), "{ledger}");
        assert_eq!((ledger.delivered(), ledger.duplicates()), (self.line.sent(), 0), "{ledger}");
        account
    }

    /// How many lines of the log tell this of a cluster.
    fn told(&self, option: &str, cluster: &str, text: &str) -> usize {
        let line = self.line.transport.label(option, cluster) + text;
        self.line.sidecar.envoy.log().lines().filter(|found| found.contains(&line)).count()
    }
}

#[tokio::test]
async fn the_second_takes_over_at_once_and_the_first_is_used_again_when_it_is_back() {
    each(|transport| async move {
        let mut options = quick();
        options["retry"]["max_interval"] = "1s".into();
        let pair = Pair::start(transport, "10s", options).await;
        pair.line.send(BATCH).await;
        pair.first().wait_for_spans(BATCH as usize, SOON).await;

        pair.first().stop().await;
        for batches in 1..=6 {
            pair.line.send(BATCH).await;
            // The first needs longer than this to be tried again and again.
            pair.second.wait_for_requests(batches, SOON).await;
        }
        let account = pair.delivered().await;
        assert_eq!(account.of("export_failovers"), 6);
        assert_eq!(pair.second.request_count(), 6);

        pair.first().restart().await;
        let (back, seen) = (Instant::now(), pair.first().request_count());
        while pair.first().request_count() == seen {
            assert!(back.elapsed() < SOON, "the first is never used again");
            pair.line.send(BATCH).await;
            sleep(SECONDS / 20).await;
        }
        let unused = back.elapsed();
        assert!(unused < 3 * SECONDS, "longer than the longest interval of 1 s: {unused:?}");
        pair.delivered().await;

        let seen = pair.second.request_count();
        pair.line.send(5 * BATCH).await;
        let account = pair.delivered().await;
        assert_eq!(pair.second.request_count(), seen, "no more for the second");
        assert_eq!(account.of("export_failovers"), seen as u64);
        pair.line.wait_for_log(WORKS, SOON).await;
        assert_eq!((pair.line.told(FAILED), pair.line.told(WORKS)), (1, 1));
        assert_eq!(pair.told("failover_cluster", "second-collector", ""), 0);
    })
    .await;
}

#[tokio::test]
async fn with_both_down_spans_wait_for_the_one_that_comes_first() {
    each(|transport| async move {
        let pair = Pair::start(transport, "10s", quick()).await;
        pair.first().stop().await;
        pair.second.set_default(Answer::Refuse(Refusal::Unavailable(None)));
        pair.line.send(3 * BATCH).await;
        let failures = |count| count >= 6;
        pair.line.sidecar.envoy.wait_for_stat("spanmesh_export_failures", failures, SOON).await;
        assert_eq!(pair.line.sidecar.envoy.stat("spanmesh_spans_delivered").await, 0);
        pair.second.set_default(Answer::Accept);
        pair.delivered().await;
        assert_eq!(pair.second.span_count() as u64, 3 * BATCH);
        for (option, cluster) in
            [("cluster", "otel-collector"), ("failover_cluster", "second-collector")]
        {
            assert_eq!(pair.told(option, cluster, FAILED), 1, "{cluster}");
        }
        assert_eq!(pair.told("failover_cluster", "second-collector", WORKS), 1);
    })
    .await;
}

/// While the first hangs it is probed with one batch at a time, and no other waits for that.
#[tokio::test]
async fn a_first_that_hangs_does_not_hold_up_the_second() {
    const TIMEOUT: Duration = Duration::from_secs(4);
    each(|transport| async move {
        let mut options = quick();
        options["retry"]["max_interval"] = "50ms".into();
        let pair = Pair::start(transport, "4s", options).await;
        pair.first().set_default(Answer::Hang);
        pair.line.send(BATCH).await;
        pair.second.wait_for_requests(1, SOON).await;

        // The wait of the first is over: the next batch is a probe of it.
        sleep(SECONDS / 10).await;
        pair.line.send(BATCH).await;
        let probe = pair.first().wait_for_requests(2, SOON).await[1].arrived;
        for batches in 2..=6 {
            pair.line.send(BATCH).await;
            let arrived = pair.second.wait_for_requests(batches, SOON).await[batches - 1].arrived;
            let held_up = arrived.duration_since(probe);
            assert!(held_up < TIMEOUT, "{batches} after {held_up:?}");
        }
        assert_eq!(pair.first().request_count(), 2, "one probe at a time");
        // The probe's batch goes to the second too, when its time is over.
        pair.second.wait_for_requests(7, SOON).await;
        let account = pair.delivered().await;
        assert_eq!((account.of("export_failures"), account.of("export_failovers")), (2, 7));
    })
    .await;
}
