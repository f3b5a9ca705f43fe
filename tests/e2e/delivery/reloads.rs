//! New configurations, while requests go on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spanmesh_harness::{Answer, DynamicEnvoy, EnvoyBuilder, Load, Refusal, SECONDS};
use tokio::time::sleep;

use super::traffic::Traffic;
use super::transport::{Transport, each};
use crate::support::{INBOUND, Parts, SOON, account, plugin};

fn options(transport: Transport, more: Value) -> String {
    let mut options = json!({
        "batch": {"schedule_delay": "50ms", "max_export_batch_size": 50},
        "retry": {"initial_interval": "50ms", "max_interval": "300ms", "max_elapsed_time": "120s"},
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        options[key] = value.clone();
    }
    plugin(transport.options(json!({"timeout": "2s"}), options)).to_string()
}

/// The collector is away while three configurations follow each other: the spans of all of them
/// wait in queues of their own, and all arrive.
#[tokio::test]
async fn reloads_while_the_collector_is_away_lose_nothing() {
    each(|transport| async move {
        let (config, parts) = Parts::start().await;
        let config = transport.adjust(config).plugin_configuration(&options(transport, json!({})));
        let mut envoy = DynamicEnvoy::start(config).await;
        parts.collector.stop().await;
        let traffic = Traffic::start(envoy.port(INBOUND), 3, Duration::from_millis(30));
        for limit in 100..103 {
            sleep(SECONDS / 2).await;
            let limits = json!({"limits": {"attribute_value_length_limit": limit}});
            let next = envoy.config().plugin_configuration(&options(transport, limits));
            envoy.update_listeners(next).await.expect("a good configuration is taken");
        }
        sleep(SECONDS / 2).await;
        let sent = traffic.stop().await;
        assert!(sent.count() > 50, "{}", sent.count());
        let created = |count| count >= sent.count();
        envoy.wait_for_stat("spanmesh_spans_created", created, SOON).await;
        assert_eq!(envoy.stat("spanmesh_spans_delivered").await, 0);
        parts.collector.restart().await;
        envoy.wait_for_stat("spanmesh_spans_queued", |count| count == 0, 2 * SOON).await;
        let account = account(&envoy).await;
        account.check();
        assert_eq!(account.dropped(), 0);
        let ledger = parts.collector.ledger();
        let delivered = (ledger.delivered(), ledger.duplicates());
        assert_eq!(delivered, (account.of("spans_delivered"), 0), "{ledger}");
        let arrived = ledger.accepted.keys().map(|span| span.trace_id.clone()).collect();
        let missing: Vec<_> = sent.trace_ids().difference(&arrived).cloned().collect();
        assert_eq!(missing, [""; 0], "every request that was answered left a span");
    })
    .await;
}

/// The root context of a configuration that was replaced waits for its last answer, as long as
/// `retry.max_elapsed_time` allows, and goes away then.
#[tokio::test]
async fn the_old_configuration_goes_when_its_last_span_has_gone() {
    each(|transport| async move {
        for accepted in [true, false] {
            old_one_goes(transport, accepted).await;
        }
    })
    .await;
}

async fn old_one_goes(transport: Transport, accepted: bool) {
    const LIMIT: Duration = Duration::from_secs(2);
    let (config, parts) = Parts::start().await;
    let retry =
        json!({"initial_interval": "50ms", "max_interval": "100ms", "max_elapsed_time": "2s"});
    // Several batches, so that they cannot have the time one after another.
    let batch = json!({"schedule_delay": "60s", "max_export_batch_size": 3});
    let first = options(transport, json!({"retry": retry, "batch": batch}));
    let config = transport.adjust(config).plugin_configuration(&first);
    let traced = |builder: EnvoyBuilder| builder.log_levels("wasm:trace").drain_seconds(1);
    let mut envoy = DynamicEnvoy::start_with(config, traced).await;
    parts.collector.set_default(Answer::Refuse(Refusal::Unavailable(None)));
    let load = Load::on(envoy.port(INBOUND)).count(10);
    assert_eq!(load.run().await.with_status(200), 10);
    let next = envoy.config().plugin_configuration(&options(transport, json!({})));
    envoy.update_listeners(next).await.expect("a good configuration is taken");

    // The listener is drained first. The other one's root has nothing to wait for.
    let waits = envoy.wait_for_log("proxy_on_done return: 0", SOON).await;
    let begin = Instant::now();
    if accepted {
        parts.collector.set_default(Answer::Accept);
    }
    envoy.wait_for_log("env.proxy_done()", SOON).await;
    let waited = begin.elapsed();
    assert!(waited < LIMIT + 2 * SECONDS, "{waited:?} for spans that are accepted: {accepted}");
    envoy.wait_for_stat("spanmesh_spans_queued", |count| count == 0, SOON).await;
    let account = account(&envoy).await;
    account.check();
    let counted = (account.of("spans_delivered"), account.of("spans_dropped_retry_exhausted"));
    assert_eq!(counted, if accepted { (10, 0) } else { (0, 10) });

    // Contexts tick once a second at least; the old one, number 1 of its worker, does no more.
    sleep(3 * SECONDS / 2).await;
    let worker = waits.split('[').nth(2).expect("a date and a thread").to_owned();
    let log = envoy.log();
    let of_worker = log.lines().filter(|line| line.split('[').nth(2) == Some(&worker));
    let after = of_worker.skip_while(|line| !line.contains("env.proxy_done()"));
    let ticks: Vec<&str> = after.filter(|line| line.contains("proxy_on_tick(")).collect();
    assert!(!ticks.is_empty() && ticks.iter().all(|line| !line.contains("(1)")), "{ticks:?}");
}
