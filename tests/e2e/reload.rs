//! Reloads under traffic lose no span and fail no request.

use serde_json::json;
use spanmesh_harness::{Answer, DynamicEnvoy, Load, SECONDS};

use crate::ecds::{self, TAKEN, extension};
use crate::support::{INBOUND, OUTBOUND, Parts, SOON, account, final_account, plugin};

/// Ten new configurations, half of them with another sampler, while four connections send.
#[tokio::test]
async fn reloads_under_load_lose_nothing() {
    let (config, parts) = Parts::start().await;
    let config = config.plugin_configuration(&plugin(json!({})).to_string());
    let mut envoy = DynamicEnvoy::start(config).await;
    let load = Load::on(envoy.port(INBOUND)).connections(4).duration(8 * SECONDS);
    let load = tokio::spawn(load.run());
    for round in 0..10 {
        let delay = format!("{}ms", 40 + round);
        let options = plugin(json!({"batch": {"schedule_delay": delay}}));
        let next = envoy.config().plugin_configuration(&options.to_string());
        envoy.update_listeners(next).await.expect("a good configuration is taken");
        tokio::time::sleep(SECONDS / 4).await;
    }
    let report = load.await.unwrap();
    // A listener that is replaced closes its idle connections; the client sees that as an error
    // of a request that was never sent. No request that was answered may have failed.
    assert_eq!(report.answered(), report.with_status(200), "{report:?}");
    assert!(report.answered() > 500, "{report:?}");
    let answered = report.answered();
    envoy.wait_for_stat("spanmesh_spans_created", |n| n >= answered, 20 * SECONDS).await;
    envoy.wait_for_stat("spanmesh_spans_queued", |n| n == 0, 20 * SECONDS).await;
    let account = account(&envoy).await;
    account.check();
    assert_eq!(account.dropped(), 0);
    assert_eq!(parts.collector.span_count() as u64, account.of("spans_delivered"));
}

/// The old configuration's spans wait for a collector that is away, and arrive afterwards.
#[tokio::test]
async fn the_old_queue_drains_after_a_reload() {
    let (config, parts) = Parts::start().await;
    let retry = json!({"initial_interval": "100ms", "max_interval": "100ms"});
    let options = |limit: u64| {
        plugin(json!({"retry": retry, "limits": {"attribute_value_length_limit": limit}}))
    };
    let config = config.plugin_configuration(&options(100).to_string());
    let mut envoy = DynamicEnvoy::start(config).await;
    parts.collector.set_default(Answer::Status(503));
    let load = Load::on(envoy.port(INBOUND)).count(50);
    assert_eq!(load.run().await.with_status(200), 50);
    let next = envoy.config().plugin_configuration(&options(200).to_string());
    envoy.update_listeners(next).await.expect("a good configuration is taken");
    let load = Load::on(envoy.port(INBOUND)).count(50);
    assert_eq!(load.run().await.with_status(200), 50);
    parts.collector.set_default(Answer::Accept);
    parts.collector.wait_for_spans(100, 20 * SECONDS).await;
    envoy.wait_for_stat("spanmesh_spans_delivered", |n| n == 100, SOON).await;
    envoy.wait_for_stat("spanmesh_spans_queued", |n| n == 0, SOON).await;
    let account = account(&envoy).await;
    account.check();
    assert_eq!((account.of("spans_delivered"), account.dropped()), (100, 0));
}

/// A change is taken back and made again while the collector is away: the host keeps one root of a
/// configuration that waits for its queue, so the second takes the place of the first, whose spans
/// must not go with it.
#[tokio::test]
async fn a_configuration_that_comes_and_goes_twice_loses_nothing() {
    let (sidecar, file) = ecds::start().await;
    let envoy = &sidecar.envoy;
    let options = |limit: u32| {
        extension(json!({
            "limits": {"attribute_value_length_limit": limit},
            "retry": {"initial_interval": "50ms", "max_interval": "300ms", "max_elapsed_time": "120s"},
        }))
    };
    sidecar.collector.stop().await;
    for limit in [100, 101, 100, 101, 100, 101] {
        let taken = envoy.stat(TAKEN).await;
        file.publish(&options(limit));
        envoy.wait_for_stat(TAKEN, |n| n > taken, SOON).await;
        for port in [INBOUND, OUTBOUND] {
            let load = Load::on(envoy.port(port)).connections(4).count(20);
            assert_eq!(load.run().await.with_status(200), 20);
        }
    }
    let waiting = final_account(envoy).await;
    waiting.check();
    assert_eq!((waiting.of("spans_created"), waiting.of("spans_queued")), (240, 240));
    sidecar.collector.restart().await;
    let account = sidecar.settled(240).await;
    assert_eq!((account.of("spans_delivered"), account.dropped()), (240, 0), "{account:?}");
    let ledger = sidecar.collector.ledger();
    assert_eq!((ledger.delivered(), ledger.duplicates()), (240, 0), "{ledger}");
}
