//! A filter's configuration in a file of its own, which Envoy follows (ECDS).

use serde_json::Value;

use super::delivery::Delivery;
use crate::envoy_config::EnvoyConfig;

const EXTENSION: &str = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";

/// The file, at first without any resource: Envoy does not start when it is missing.
#[derive(Debug)]
pub struct ExtensionFile {
    delivery: Delivery,
}

impl ExtensionFile {
    /// A file without resources.
    pub fn empty() -> ExtensionFile {
        let delivery = Delivery::create("extension.json");
        delivery.publish(EXTENSION, Vec::new());
        ExtensionFile { delivery }
    }

    /// Lets the filters of `config` that discover their configuration take it from this file.
    pub fn adjust(&self, config: EnvoyConfig, listeners: &[&str]) -> EnvoyConfig {
        const SOURCE: &str =
            "/filter_chains/0/filters/0/typed_config/http_filters/0/config_discovery/config_source";
        listeners.iter().fold(config, |config, listener| {
            config.set_in_listener(listener, SOURCE, self.delivery.source())
        })
    }

    /// Replaces the file, in one step, by the resources of a file of extension configurations,
    /// such as `envoy-config/ecds/extension.yaml`.
    pub fn publish(&self, extension: &EnvoyConfig) {
        let resources = extension.resolved()["resources"].take();
        let Value::Array(resources) = resources else { panic!("no resources in the extension") };
        self.delivery.publish(EXTENSION, resources);
    }
}
