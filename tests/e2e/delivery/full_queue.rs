//! Queues that are full: which spans arrive afterwards.

use std::collections::BTreeSet;

use serde_json::json;
use spanmesh_harness::Load;

use super::line::{Line, numbered, trace_ids};
use super::transport::{Transport, each};
use crate::support::{INBOUND, SOON};

/// Sends 300 requests, one after another, while the collector is away and 100 spans fit in the
/// queue, and gives the trace ids that arrive when it is back.
async fn arrive(transport: Transport, policy: &str) -> BTreeSet<String> {
    let options = json!({
        "batch": {"schedule_delay": "60s", "max_export_batch_size": 10, "max_queue_size": 100,
                  "drop_when_full": policy},
        // A batch on its way is not dropped: none is tried again while the requests are sent.
        "retry": {"initial_interval": "4s", "max_interval": "4s", "max_elapsed_time": "120s"},
    });
    let line = Line::start_with(transport, json!({}), options, |config| config).await;
    let (envoy, collector) = (&line.sidecar.envoy, &line.sidecar.collector);
    collector.stop().await;
    let load = Load::on(envoy.port(INBOUND)).count(300);
    let report = load.requests(|number| numbered(number, "/")).run().await;
    assert_eq!(report.with_status(200), 300);
    envoy.wait_for_stat("spanmesh_spans_dropped_queue_full", |count| count == 200, SOON).await;
    // Of the oldest, ten go at once: then there is room for the last few.
    envoy.wait_for_stat("spanmesh_spans_queued", |count| count == 100, SOON).await;
    collector.restart().await;
    let account = line.sidecar.settled(300).await;
    account.check();
    assert_eq!((account.of("spans_delivered"), account.dropped()), (100, 200));
    let ledger = collector.ledger();
    assert_eq!((ledger.delivered(), ledger.duplicates()), (100, 0));
    ledger.accepted.into_keys().map(|span| span.trace_id).collect()
}

#[tokio::test]
async fn the_newest_are_dropped_by_default() {
    each(|transport| async move {
        assert_eq!(arrive(transport, "newest").await, trace_ids(0..100));
    })
    .await;
}

#[tokio::test]
async fn the_oldest_are_dropped_where_that_is_wanted() {
    each(|transport| async move {
        assert_eq!(arrive(transport, "oldest").await, trace_ids(200..300));
    })
    .await;
}
