//! Listeners that go away, and the filter with them.

use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::{Answer, DynamicEnvoy, EnvoyConfig, Load, Refusal};

use super::transport::{Transport, each};
use crate::support::{INBOUND, Parts, SOON, account, plugin};

const LISTENERS: &str = "/static_resources/listeners";
const NAME: &str =
    "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/name";

/// Ten spans of the inbound listener, with batches of this kind, and a collector that answers so.
async fn ten_spans(transport: Transport, batch: Value, answer: Answer) -> (Parts, DynamicEnvoy) {
    let (config, parts) = Parts::start().await;
    let retry = json!({"initial_interval": "50ms", "max_interval": "100ms"});
    let options = json!({"batch": batch, "retry": retry});
    let options = plugin(transport.options(json!({}), options)).to_string();
    let mut config = transport.adjust(config).plugin_configuration(&options);
    // Another plugin than that of the outbound listener for every Envoy, with a queue of its own.
    *config.listener("inbound").pointer_mut(NAME).unwrap() = "spanmesh-inbound".into();
    let envoy = DynamicEnvoy::start_with(config, |builder| builder.drain_seconds(1)).await;
    parts.collector.set_default(answer);
    let load = Load::on(envoy.port(INBOUND)).count(10);
    assert_eq!(load.run().await.with_status(200), 10);
    (parts, envoy)
}

/// The configuration without the inbound listener.
fn without_inbound(config: EnvoyConfig) -> EnvoyConfig {
    let mut listeners = config.value().pointer(LISTENERS).cloned().unwrap();
    listeners.as_array_mut().unwrap().retain(|listener| listener["name"] != "inbound");
    config.set(LISTENERS, listeners)
}

/// While another listener keeps the VM alive, the queue of the one that went is delivered by the
/// ordinary rules: what waits leaves at once, and answers are waited for.
#[tokio::test]
async fn the_queue_of_a_listener_that_goes_is_delivered() {
    each(|transport| async move {
        let slow = Answer::delayed(Duration::from_secs(2), Answer::Accept);
        for answer in [slow, Answer::Refuse(Refusal::Unavailable(None))] {
            let batch = json!({"schedule_delay": "60s"});
            let (parts, mut envoy) = ten_spans(transport, batch, answer.clone()).await;
            let next = without_inbound(envoy.config());
            envoy.update_listeners(next).await.expect("a listener may go");
            let tries = if matches!(answer, Answer::Refuse(_)) { 3 } else { 1 };
            parts.collector.wait_for_requests(tries, SOON).await;
            parts.collector.set_default(Answer::Accept);
            envoy.wait_for_stat("spanmesh_spans_delivered", |count| count == 10, SOON).await;
            account(&envoy).await.check();
            let ledger = parts.collector.ledger();
            assert_eq!((ledger.delivered(), ledger.duplicates()), (10, 0), "{ledger}");
            assert!(envoy.is_alive());
        }
    })
    .await;
}

/// With the last listener Envoy takes the VM away, without waiting for it. But before that it
/// drains the listener, for longer than spans wait.
#[tokio::test]
async fn what_has_waited_its_delay_has_left_before_the_last_listener_goes() {
    each(|transport| async move {
        let batch = json!({"schedule_delay": "300ms"});
        let (parts, mut envoy) = ten_spans(transport, batch, Answer::Accept).await;
        let next = envoy.config().set(LISTENERS, json!([]));
        envoy.update_listeners(next).await.expect("all listeners may go");
        parts.collector.wait_for_spans(10, SOON).await;
        // The filter's statistics go with it.
        let vms = "wasm.envoy.wasm.runtime.v8.active";
        envoy.wait_for_stat(vms, |count| count == 0, SOON).await;
        let ledger = parts.collector.ledger();
        assert_eq!((ledger.delivered(), ledger.duplicates()), (10, 0), "{ledger}");
        assert!(envoy.is_alive());
    })
    .await;
}
