//! Every span is accounted for, through twenty random schedules of faults: what the filter says of
//! its spans is what the collectors saw of them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::{Collector, Envoy, EnvoyConfig, FaultSchedule, Ledger, Outcome, SECONDS};
use tokio::time::sleep;

use super::traffic::{Sent, Traffic};
use super::transport::{Transport, each_of};
use crate::support::{Account, INBOUND, Parts, Sidecar, account, plugin};

/// A sidecar, one or two collectors and what goes wrong with them.
struct Scene {
    sidecar: Sidecar,
    second: Option<Collector>,
    /// How to repeat it.
    name: String,
}

#[tokio::test]
async fn seeds_0_to_3() {
    each_of(0..4, run).await;
}

#[tokio::test]
async fn seeds_4_to_7() {
    each_of(4..8, run).await;
}

#[tokio::test]
async fn seeds_8_to_11() {
    each_of(8..12, run).await;
}

#[tokio::test]
async fn seeds_12_to_15() {
    each_of(12..16, run).await;
}

#[tokio::test]
async fn seeds_16_to_19() {
    each_of(16..20, run).await;
}

/// Traffic, faults, and the balance. Each transport has five seeds, two of them with failover.
async fn run(seed: u64) {
    let transport = Transport::ALL[seed as usize % Transport::ALL.len()];
    let schedule = FaultSchedule::random(seed);
    let second = (seed / 4 % 2 == 1).then(|| FaultSchedule::random(seed + 100));
    let mut name = format!("seed {seed}, {transport:?}, {schedule}");
    if let Some(second) = &second {
        name = format!("{name}; failover: {second}");
    }
    let scene = Scene::start(transport, second.is_some(), name).await;
    let traffic = Traffic::start(scene.sidecar.envoy.port(INBOUND), 2, Duration::from_millis(40));
    let first = schedule.run(&scene.sidecar.collector);
    let faults = async {
        match (&second, &scene.second) {
            (Some(schedule), Some(collector)) => {
                tokio::join!(first, schedule.run(collector));
            }
            _ => first.await,
        }
    };
    tokio::select! {
        () = faults => {}
        () = scene.watch() => {}
    }
    let sent = traffic.stop().await;
    let account = scene.settled(&sent).await;
    scene.check(&account, &sent);
}

impl Scene {
    async fn start(transport: Transport, failover: bool, name: String) -> Scene {
        let (config, parts) = Parts::start().await;
        let second = if failover { Some(Collector::start().await) } else { None };
        let mut config = transport.adjust(config);
        // Above all delays of the schedules, so that no answer comes just when it is given up.
        let mut exporter = json!({"timeout": "3s"});
        if let Some(second) = &second {
            exporter["failover_cluster"] = "second-collector".into();
            config = config.add_cluster(&transport.cluster("second-collector", second.port()));
        }
        let config = configured(config, transport, exporter);
        let sidecar = parts.around(Envoy::builder(config).start().await);
        Scene { sidecar, second, name }
    }

    /// Looks at the counters again and again: at no time more has come to its end than was made.
    async fn watch(&self) {
        let mut before = account(&self.sidecar.envoy).await;
        loop {
            sleep(SECONDS / 10).await;
            let now = account(&self.sidecar.envoy).await;
            // Envoy reads one counter after another while they grow; those of two looks can be
            // compared one way.
            let ended = before.of("spans_delivered") + before.dropped();
            assert!(now.of("spans_created") >= ended, "{now:?} after {before:?}: {}", self.name);
            before = now;
        }
    }

    /// The account when all spans have come to their end.
    async fn settled(&self, sent: &Sent) -> Account {
        assert!(sent.in_doubt.is_empty(), "requests are served: {}", self.name);
        self.sidecar.settled(sent.count()).await
    }

    fn check(&self, account: &Account, sent: &Sent) {
        let collectors = [Some(&self.sidecar.collector), self.second.as_ref()];
        let ledger = Ledger::of(collectors.into_iter().flatten());
        let name = format!("{}\n{ledger}\n{account:?}", self.name);
        assert!(account.balances(), "{name}");
        assert_eq!(account.of("host_errors"), 0, "{name}");
        assert_eq!(account.of("spans_created"), sent.count(), "{name}");
        assert_eq!(ledger.duplicates(), 0, "{name}");
        assert_eq!(account.of("spans_delivered"), ledger.delivered(), "{name}");
        assert_eq!(account.of("spans_dropped_rejected"), ledger.rejected, "{name}");

        let trace_ids = |keys: BTreeSet<&spanmesh_harness::SpanKey>| -> BTreeSet<String> {
            keys.into_iter().map(|key| key.trace_id.clone()).collect()
        };
        let accepted = trace_ids(ledger.accepted.keys().collect());
        let all = sent.trace_ids();
        assert!(accepted.is_subset(&all), "{name}");
        let dropped = account.dropped() - account.of("spans_dropped_rejected");
        assert_eq!((all.len() - accepted.len()) as u64, dropped, "{name}");

        // What was refused for good was seen and refused; what found no room was never seen.
        let lost = trace_ids(ledger.lost()).len() as u64;
        let refused =
            account.of("spans_dropped_not_retryable") + account.of("spans_dropped_too_large");
        assert!(refused <= lost, "{name}");
        let seen = lost + trace_ids(ledger.in_doubt()).len() as u64;
        assert!(account.of("spans_dropped_queue_full") + seen <= dropped, "{name}");

        let requests = collectors.into_iter().flatten().flat_map(Collector::requests);
        let accepting =
            requests.filter(|request| matches!(request.outcome, Outcome::Accepted { .. }));
        let successes = account.of("export_attempts") - account.of("export_failures");
        assert_eq!(accepting.count() as u64, successes, "{name}");
    }
}

/// Small batches and a small queue, so that much happens.
fn configured(config: EnvoyConfig, transport: Transport, exporter: Value) -> EnvoyConfig {
    let options = json!({
        "batch": {"schedule_delay": "100ms", "max_export_batch_size": 10, "max_queue_size": 80},
        "retry": {"initial_interval": "50ms", "max_interval": "400ms", "max_elapsed_time": "2s"},
    });
    config.plugin_configuration(&plugin(transport.options(exporter, options)).to_string())
}
