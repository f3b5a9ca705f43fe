//! Starting a mesh: what is told about it first, and what is started then.

use serde_json::{Value, json};
use spanmesh_harness::header_copying_app::{Copied, TRACE_CONTEXT};
use spanmesh_harness::{Allowance, Collector, Envoy, HeaderCopyingApp};
use tokio::task::JoinHandle;

use super::{Mesh, Service, wiring};
use crate::support::plugin;

/// A mesh that is to be started.
pub struct MeshBuilder<'a> {
    names: &'a [&'a str],
    plugin: Box<dyn Fn(&str) -> Value + 'a>,
    workers: u32,
    copied: Copied,
}

impl Mesh {
    /// Services of these names, each with [`plugin`] as it is and one worker.
    pub fn of<'a>(names: &'a [&'a str]) -> MeshBuilder<'a> {
        let plugin = Box::new(|_: &str| plugin(json!({})));
        MeshBuilder { names, plugin, workers: 1, copied: TRACE_CONTEXT }
    }
}

impl<'a> MeshBuilder<'a> {
    /// Gives the plugin configuration of a service, for both its listeners. Its `service.name`
    /// becomes the name of the service in any case.
    pub fn plugin(mut self, plugin: impl Fn(&str) -> Value + 'a) -> MeshBuilder<'a> {
        self.plugin = Box::new(plugin);
        self
    }

    /// How many workers each Envoy has.
    pub fn workers(mut self, workers: u32) -> MeshBuilder<'a> {
        self.workers = workers;
        self
    }

    /// Which fields the applications copy instead of W3C Trace Context's.
    pub fn copying(mut self, copied: Copied) -> MeshBuilder<'a> {
        self.copied = copied;
        self
    }

    /// Starts all of it.
    pub async fn start(self) -> Mesh {
        let collector = Collector::start().await;
        let mut starting = Vec::new();
        for (name, mut config) in self.names.iter().zip(wiring::configurations(self.names)) {
            let outbound = config.port(15001);
            let application = HeaderCopyingApp::start_copying(outbound, self.copied).await;
            let plugin = named(name, (self.plugin)(name));
            collector.allow(Allowance::configured(&plugin));
            let config = config
                .map_port(8080, application.port())
                .map_port(4318, collector.port())
                .plugin_configuration(&plugin.to_string());
            let envoy = Envoy::builder(config).concurrency(self.workers);
            starting.push((*name, application, tokio::spawn(envoy.start())));
        }
        let mut services = Vec::new();
        for (name, application, envoy) in starting {
            let envoy = started(name, envoy).await;
            services.push(Service { name: name.to_owned(), envoy, _application: application });
        }
        Mesh { collector, services }
    }
}

async fn started(name: &str, envoy: JoinHandle<Envoy>) -> Envoy {
    envoy.await.unwrap_or_else(|error| panic!("the sidecar of {name}: {error}"))
}

/// This plugin configuration with this `service.name` among whatever else it has.
fn named(name: &str, mut plugin: Value) -> Value {
    plugin["resource"]["attributes"]["service.name"] = name.into();
    plugin
}
