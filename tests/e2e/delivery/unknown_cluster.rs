//! Clusters that Envoy does not know, or not yet.

use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::{Collector, DynamicEnvoy, SECONDS};
use tokio::time::sleep;

use super::traffic::Traffic;
use super::transport::{Transport, each};
use crate::support::{INBOUND, Parts, SOON, plugin, settled};

const BATCH: usize = 20;

fn options(transport: Transport, exporter: Value) -> String {
    let options = json!({
        "batch": {"schedule_delay": "50ms", "max_export_batch_size": BATCH},
        "retry": {"initial_interval": "200ms", "max_interval": "60s", "max_elapsed_time": "120s"},
    });
    plugin(transport.options(exporter, options)).to_string()
}

/// How many lines of the log tell of the cluster `later`.
fn told(envoy: &DynamicEnvoy, transport: Transport, option: &str, text: &str) -> usize {
    let line = transport.label(option, "later") + text;
    envoy.log().lines().filter(|found| found.contains(&line)).count()
}

#[tokio::test]
async fn a_cluster_that_comes_goes_and_comes_again_gets_everything() {
    each(|transport| async move {
        let collector = Collector::start().await;
        let (config, _parts) = Parts::start().await;
        let exporter = json!({"cluster": "later", "timeout": "2s"});
        let config = config.plugin_configuration(&options(transport, exporter));
        let mut envoy = DynamicEnvoy::start(config).await;
        let cluster = transport.cluster("later", collector.port());

        let traffic = Traffic::start(envoy.port(INBOUND), 2, Duration::from_millis(20));
        let failures = |count| count >= 6;
        envoy.wait_for_stat("spanmesh_export_failures", failures, SOON).await;
        assert_eq!(told(&envoy, transport, "cluster", "export failed, will be tried again: "), 1);
        assert_eq!(told(&envoy, transport, "cluster", ""), 1, "{}", envoy.log());

        envoy.set_clusters([cluster.clone()]).await.expect("a good cluster is taken");
        // Its absence costs the network nothing: it is looked for at the first interval.
        collector.wait_for_spans(1, 3 * SECONDS).await;
        envoy.wait_for_log("works again, after ", SOON).await;

        envoy.set_clusters([]).await.expect("clusters may go");
        let failed = envoy.stat("spanmesh_export_failures").await;
        sleep(SECONDS / 2).await;
        envoy.wait_for_stat("spanmesh_export_failures", |count| count > failed, SOON).await;
        envoy.set_clusters([cluster]).await.expect("a good cluster is taken");

        let sent = traffic.stop().await;
        let account = settled(&envoy, sent.count()).await;
        account.check();
        let ledger = collector.ledger();
        let counted = (account.of("spans_delivered"), account.dropped());
        assert_eq!(counted, (sent.count(), 0), "{ledger}\n{}", envoy.log());
        assert_eq!(ledger.delivered(), sent.count(), "{ledger}");
        // The answer to an export may get lost with the cluster: then its spans are sent again.
        assert!(ledger.duplicates() <= BATCH, "{ledger}");
        assert!(envoy.is_alive());
    })
    .await;
}

#[tokio::test]
async fn an_unknown_failover_cluster_is_told_when_it_is_needed() {
    each(|transport| async move {
        let (config, parts) = Parts::start().await;
        let exporter = json!({"failover_cluster": "later"});
        let config = transport.adjust(config);
        let config = config.plugin_configuration(&options(transport, exporter));
        let envoy = DynamicEnvoy::start(config).await;
        let traffic = Traffic::start(envoy.port(INBOUND), 1, Duration::from_millis(20));
        parts.collector.wait_for_spans(1, SOON).await;
        assert_eq!(told(&envoy, transport, "failover_cluster", ""), 0);
        parts.collector.stop().await;
        let line = transport.label("failover_cluster", "later");
        envoy.wait_for_log(&line, SOON).await;
        parts.collector.restart().await;
        let sent = traffic.stop().await;
        let account = settled(&envoy, sent.count()).await;
        account.check();
        assert_eq!((account.of("spans_delivered"), account.dropped()), (sent.count(), 0));
        assert_eq!(told(&envoy, transport, "failover_cluster", ""), 1, "{}", envoy.log());
    })
    .await;
}
