//! The end of an Envoy as Istio brings it about: listeners are drained, and five seconds later the
//! process is told to end.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use spanmesh_harness::{Envoy, SECONDS};
use tokio::time::sleep;

use super::traffic::Traffic;
use super::transport::each;
use crate::support::{INBOUND, Parts, plugin};

/// Istio's `terminationDrainDuration`.
const DRAIN: Duration = Duration::from_secs(5);
/// The default of `batch.schedule_delay`, and some patience with a busy machine.
const LAST: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn a_drain_and_a_termination_lose_the_last_second_at_most() {
    each(|transport| async move {
        let (config, parts) = Parts::start().await;
        let options = plugin(transport.options(json!({}), json!({"batch": {}})));
        let config = transport.adjust(config).plugin_configuration(&options.to_string());
        // Istio's --drain-time-s.
        let envoy = Envoy::builder(config).drain_seconds(45).start().await;
        let traffic = Traffic::start(envoy.port(INBOUND), 3, Duration::from_millis(30));
        sleep(SECONDS).await;
        let (status, text) = envoy.admin("POST", "/drain_listeners?graceful").await;
        assert_eq!(status, 200, "{text}");
        sleep(DRAIN).await;
        let end = Instant::now();
        let log = envoy.stop().await;
        let sent = traffic.stop().await;

        let ledger = parts.collector.ledger();
        let arrived: BTreeSet<&str> =
            ledger.accepted.keys().map(|span| span.trace_id.as_str()).collect();
        let answered = sent.answered.iter();
        let (early, late): (Vec<_>, Vec<_>) = answered.partition(|(_, at)| *at + LAST < end);
        let missing: Vec<_> =
            early.iter().filter(|(trace_id, _)| !arrived.contains(&**trace_id)).collect();
        assert!(missing.is_empty(), "{} of {}: {missing:?}", missing.len(), early.len());
        assert_eq!(ledger.duplicates(), 0);
        assert!(!late.is_empty(), "requests are served until the end");
        assert!(early.len() > 100, "{}", early.len());
        assert!(!log.contains("critical"), "{log}");
    })
    .await;
}
