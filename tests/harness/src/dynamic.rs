//! An Envoy whose listeners come from a file and change while it runs, as in a mesh.

use std::fs;
use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::envoy::{Envoy, EnvoyBuilder};
use crate::envoy_config::EnvoyConfig;
use crate::temp_dir::TempDir;
use crate::wait::Looks;

const LISTENER: &str = "type.googleapis.com/envoy.config.listener.v3.Listener";
const PATIENCE: Duration = Duration::from_secs(30);

/// An Envoy that finds its listeners through LDS from a file which it watches. It is an
/// [`Envoy`] in all else.
#[derive(Debug)]
pub struct DynamicEnvoy {
    envoy: Envoy,
    config: EnvoyConfig,
    directory: TempDir,
}

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
        let directory = TempDir::create();
        publish(directory.path(), &config);
        let bootstrap = bootstrap(config.clone(), directory.path());
        let envoy = adjust(Envoy::builder(bootstrap)).start().await;
        DynamicEnvoy { envoy, config, directory }
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
        let logged = self.log().len();
        let (accepted, refused) = self.updates().await;
        publish(self.directory.path(), &config);
        let mut looks = Looks::within(PATIENCE);
        while looks.another().await {
            let now = self.updates().await;
            if now.1 > refused {
                // The log may come later than the statistic: its last line about it is Envoy's.
                self.wait_for_log_since(logged, "config update ").await;
                return Err(self.log().split_off(logged));
            }
            if now.0 > accepted && self.is_settled().await {
                self.config = config;
                return Ok(());
            }
        }
        panic!("Envoy did not notice the update; it says:\n{}", self.log())
    }

    /// Ends it; see [`Envoy::stop`].
    pub async fn stop(self) -> String {
        self.envoy.stop().await
    }

    /// How many updates were accepted and refused so far.
    async fn updates(&self) -> (u64, u64) {
        let stats = self.stats("listener_manager.lds.update_").await;
        let count = |name: &str| {
            stats.get(&format!("listener_manager.lds.{name}")).copied().unwrap_or_default()
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

    async fn is_settled(&self) -> bool {
        self.stat("listener_manager.total_listeners_warming").await == 0
    }
}

impl Deref for DynamicEnvoy {
    type Target = Envoy;

    fn deref(&self) -> &Envoy {
        &self.envoy
    }
}

/// Everything but the listeners, and where to find those.
fn bootstrap(mut config: EnvoyConfig, directory: &Path) -> EnvoyConfig {
    let file = directory.join("listeners.json");
    config = config.set("/static_resources/listeners", json!([]));
    if config.value()["node"]["id"].is_null() {
        config = config.set("/node/id", "test").set("/node/cluster", "test");
    }
    let source = json!({"path": file, "watched_directory": {"path": directory}});
    config.set(
        "/dynamic_resources/lds_config",
        json!({"resource_api_version": "V3", "path_config_source": source}),
    )
}

/// Writes the file in one step: Envoy looks when a file is moved into the directory.
fn publish(directory: &Path, config: &EnvoyConfig) {
    let mut listeners = config.resolved()["static_resources"]["listeners"].take();
    for listener in listeners.as_array_mut().into_iter().flatten() {
        listener["@type"] = LISTENER.into();
    }
    let text = json!({"resources": listeners}).to_string();
    let draft = directory.join("draft");
    let result = fs::write(&draft, text);
    let result = result.and_then(|()| fs::rename(&draft, directory.join("listeners.json")));
    result.expect("the temporary directory is writable");
}
