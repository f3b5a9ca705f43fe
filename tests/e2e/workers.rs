//! Two workers: each has its own queue, the counters are common.

use serde_json::json;
use spanmesh_harness::{Envoy, Load};

use crate::support::{INBOUND, Parts, SOON, plugin};

#[tokio::test]
async fn two_workers_share_the_counters_and_lose_nothing() {
    let (config, parts) = Parts::start().await;
    let config = config.plugin_configuration(&plugin(json!({})).to_string());
    let envoy = Envoy::builder(config).concurrency(2).start().await;
    let sidecar = parts.around(envoy);
    let load = Load::on(sidecar.envoy.port(INBOUND)).connections(32).count(3_000);
    let report = load.run().await;
    assert_eq!(report.with_status(200), 3_000, "{:?}", report.an_error);
    sidecar.collector.wait_for_spans(3_000, SOON).await;
    let account = sidecar.settled(3_000).await;
    account.check();
    assert_eq!(account.of("spans_delivered"), 3_000);
    let ids: std::collections::HashSet<_> =
        sidecar.collector.spans().iter().map(|span| span.span_id()).collect();
    assert_eq!(ids.len(), 3_000, "ids of different workers never meet");
}
