//! An Envoy whose listeners and some clusters come from files and change while it runs, as in a
//! mesh.

mod delivery;
mod extension;

use std::ops::Deref;
use std::time::Duration;

use serde_json::{Value, json};

use crate::envoy::{Envoy, EnvoyBuilder};
use crate::envoy_config::{Cluster, EnvoyConfig};
use crate::wait::Looks;

use delivery::Delivery;
pub use extension::ExtensionFile;

const LISTENER: &str = "type.googleapis.com/envoy.config.listener.v3.Listener";
const CLUSTER: &str = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
const PATIENCE: Duration = Duration::from_secs(30);

/// An Envoy that finds its listeners through LDS, and clusters beside those of its configuration
/// through CDS, in files that it watches. It is an [`Envoy`] in all else.
#[derive(Debug)]
pub struct DynamicEnvoy {
    envoy: Envoy,
    config: EnvoyConfig,
    listeners: Delivery,
    clusters: Delivery,
}

/// What Envoy counts of updates of one kind.
struct Counters {
    updates: &'static str,
    warming: &'static str,
}

const LDS: Counters = Counters {
    updates: "listener_manager.lds",
    warming: "listener_manager.total_listeners_warming",
};
const CDS: Counters =
    Counters { updates: "cluster_manager.cds", warming: "cluster_manager.warming_clusters" };

impl DynamicEnvoy {
    /// Starts with the listeners of `config`, which are delivered through the file.
    pub async fn start(config: EnvoyConfig) -> DynamicEnvoy {
        DynamicEnvoy::start_with(config, |builder| builder).await
    }

    /// As [`DynamicEnvoy::start`]; `adjust` sets the number of workers and the like.
    pub async fn start_with(
        mut config: EnvoyConfig,
        adjust: impl FnOnce(EnvoyBuilder) -> EnvoyBuilder,
    ) -> DynamicEnvoy {
        config.choose_ports();
        let listeners = Delivery::create("listeners.json");
        listeners.publish(LISTENER, listeners_of(&config));
        let clusters = Delivery::create("clusters.json");
        clusters.publish(CLUSTER, Vec::new());

        let bootstrap = bootstrap(config.clone(), &listeners, &clusters);
        let envoy = adjust(Envoy::builder(bootstrap)).start().await;
        DynamicEnvoy { envoy, config, listeners, clusters }
    }

    /// The configuration that was last accepted, to derive the next from. Its ports are chosen.
    pub fn config(&self) -> EnvoyConfig {
        self.config.clone()
    }

    /// Replaces all listeners by those of `config` (only they count) and returns when
    /// Envoy has taken them: `Err` with the log since then when it refused them.
    pub async fn update_listeners(&mut self, config: EnvoyConfig) -> Result<(), String> {
        let known = self.config.ports().iter();
        let mut config = known.fold(config, |config, (from, to)| config.map_port(*from, *to));
        config.choose_ports();
        let publish = || self.listeners.publish(LISTENER, listeners_of(&config));
        self.update(LDS, publish).await?;
        self.config = config;
        Ok(())
    }

    /// Replaces all clusters that are not in the configuration (at first there are none) and
    /// returns when Envoy has taken them, as [`DynamicEnvoy::update_listeners`] does.
    pub async fn set_clusters(
        &mut self,
        clusters: impl IntoIterator<Item = Cluster>,
    ) -> Result<(), String> {
        let clusters: Vec<Value> = clusters.into_iter().map(|cluster| cluster.value()).collect();
        self.update(CDS, || self.clusters.publish(CLUSTER, clusters)).await
    }

    /// Ends it; see [`Envoy::stop`].
    pub async fn stop(self) -> String {
        self.envoy.stop().await
    }

    async fn update(&self, counters: Counters, publish: impl FnOnce()) -> Result<(), String> {
        let logged = self.log().len();
        let (accepted, refused) = self.updates(&counters).await;
        publish();
        let mut looks = Looks::within(PATIENCE);
        while looks.another().await {
            let now = self.updates(&counters).await;
            if now.1 > refused {
                // The log may come later than the statistic: its last line about it is Envoy's.
                self.wait_for_log_since(logged, "config update ").await;
                return Err(self.log().split_off(logged));
            }
            if now.0 > accepted && self.stat(counters.warming).await == 0 {
                return Ok(());
            }
        }
        panic!("Envoy did not notice the update; it says:\n{}", self.log())
    }

    /// How many updates were accepted and refused so far.
    async fn updates(&self, counters: &Counters) -> (u64, u64) {
        let stats = self.stats(&format!("{}.update_", counters.updates)).await;
        let count = |name: &str| {
            stats.get(&format!("{}.{name}", counters.updates)).copied().unwrap_or_default()
        };
        (count("update_success"), count("update_rejected") + count("update_failure"))
    }

    async fn wait_for_log_since(&self, logged: usize, text: &str) {
        let mut looks = Looks::within(PATIENCE);
        while looks.another().await {
            if self.log().split_off(logged).contains(text) {
                return;
            }
        }
        panic!("no {text:?} in:\n{}", self.log().split_off(logged));
    }
}

impl Deref for DynamicEnvoy {
    type Target = Envoy;

    fn deref(&self) -> &Envoy {
        &self.envoy
    }
}

/// Everything but the listeners, and where to find those and more clusters.
fn bootstrap(mut config: EnvoyConfig, listeners: &Delivery, clusters: &Delivery) -> EnvoyConfig {
    config = config.set("/static_resources/listeners", json!([]));
    if config.value()["node"]["id"].is_null() {
        config = config.set("/node/id", "test").set("/node/cluster", "test");
    }
    config
        .set("/dynamic_resources/lds_config", listeners.source())
        .set("/dynamic_resources/cds_config", clusters.source())
}

fn listeners_of(config: &EnvoyConfig) -> Vec<Value> {
    let listeners = config.resolved()["static_resources"]["listeners"].take();
    listeners.as_array().cloned().unwrap_or_default()
}
