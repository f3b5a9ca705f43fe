//! An Envoy configuration file of the repository, made fit to run beside others: its ports
//! are mapped to free ones and its module to the one just built.
//!
//! Tests speak of the ports written in the file ("documented"); [`crate::Envoy::port`] tells
//! which real port stands for one.

mod access_log;
mod cluster;
mod ports;
#[cfg(test)]
mod tests;
mod tls;
mod wasm;
mod yaml;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::access_log::AccessLog;
use crate::paths;
use crate::tls::Authority;

pub use cluster::Cluster;
pub use tls::ClientCertificate;

/// A configuration to start an Envoy with.
#[derive(Clone, Debug)]
pub struct EnvoyConfig {
    value: Value,
    ports: BTreeMap<u16, u16>,
    cluster_ports: BTreeMap<String, u16>,
    module: Option<PathBuf>,
}

impl EnvoyConfig {
    /// Reads a file, named from the root of the repository.
    pub fn from_file(path: &str) -> EnvoyConfig {
        let path = paths::repository().join(path);
        let text = fs::read_to_string(&path);
        let text = text.unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        EnvoyConfig::from_text(&text)
    }

    /// Reads YAML (or JSON) text; anchors and merge keys are resolved.
    pub fn from_text(yaml: &str) -> EnvoyConfig {
        EnvoyConfig {
            value: yaml::parse(yaml),
            ports: BTreeMap::new(),
            cluster_ports: BTreeMap::new(),
            module: None,
        }
    }

    /// Uses the real port `to` wherever the file says `from`, be it an endpoint or a listener.
    /// Ports that are not mapped so get a free one each: an endpoint then leads nowhere
    /// until something starts on that port.
    pub fn map_port(mut self, from: u16, to: u16) -> EnvoyConfig {
        self.ports.insert(from, to);
        self
    }

    /// Uses the real port `to` for all endpoints of one cluster, whatever the file says; for
    /// files in which two clusters have the same port on different hosts.
    pub fn map_cluster_port(mut self, cluster: &str, to: u16) -> EnvoyConfig {
        self.cluster_ports.insert(cluster.to_owned(), to);
        self
    }

    /// Sets the plugin configuration of every Wasm filter. The text need not be valid.
    pub fn plugin_configuration(mut self, text: &str) -> EnvoyConfig {
        wasm::set_configuration(&mut self.value, text);
        self
    }

    /// Sets the plugin configuration of the Wasm filters of one listener.
    pub fn plugin_configuration_of(mut self, listener: &str, text: &str) -> EnvoyConfig {
        wasm::set_configuration(self.listener(listener), text);
        self
    }

    /// Sets one field of the plugin configuration of every Wasm filter, which must be JSON.
    pub fn set_in_plugin(mut self, pointer: &str, field: impl Into<Value>) -> EnvoyConfig {
        wasm::set_in_configuration(&mut self.value, pointer, &field.into());
        self
    }

    /// Takes every Wasm filter out.
    pub fn without_wasm(mut self) -> EnvoyConfig {
        wasm::remove(&mut self.value);
        self
    }

    /// Uses another module than the one just built.
    pub fn module(mut self, path: impl Into<PathBuf>) -> EnvoyConfig {
        self.module = Some(path.into());
        self
    }

    /// Makes Envoy speak HTTP/2 (prior knowledge) to this cluster, as gRPC needs.
    pub fn http2_cluster(mut self, cluster: &str) -> EnvoyConfig {
        cluster::set_http2(self.cluster(cluster));
        self
    }

    /// Adds a cluster, such as a second collector. It is there from the start; one that comes
    /// later is for [`crate::DynamicEnvoy::set_clusters`].
    pub fn add_cluster(self, cluster: &Cluster) -> EnvoyConfig {
        // Its port is a real one already.
        let config = self.map_port(cluster.port(), cluster.port());
        config.set("/static_resources/clusters/-", cluster.value())
    }

    /// Makes every access log to a file or to the standard output write to this one instead.
    pub fn map_access_logs(mut self, log: &AccessLog) -> EnvoyConfig {
        access_log::map(&mut self.value, &log.path());
        self
    }

    /// Adds an access log to a listener. `format` is an object of Envoy's command operators, such
    /// as `{"trace_id": "%FILTER_STATE(wasm.spanmesh.trace_id:PLAIN)%"}`.
    pub fn add_access_log(mut self, listener: &str, format: Value, log: &AccessLog) -> EnvoyConfig {
        access_log::add(self.listener(listener), &format, &log.path());
        self
    }

    /// Lets a listener speak TLS only, with a certificate of this authority, to
    /// [`crate::client::TlsClient`]s.
    pub fn tls(
        mut self,
        listener: &str,
        authority: &Authority,
        client: ClientCertificate,
    ) -> EnvoyConfig {
        tls::set(self.listener(listener), authority, client);
        self
    }

    /// Sets one field by JSON pointer (RFC 6901). Missing objects on the way are made; `-`
    /// appends to a list.
    pub fn set(mut self, pointer: &str, value: impl Into<Value>) -> EnvoyConfig {
        *yaml::slot(&mut self.value, pointer) = value.into();
        self
    }

    /// As [`EnvoyConfig::set`], within the listener of this name.
    pub fn set_in_listener(
        mut self,
        name: &str,
        pointer: &str,
        value: impl Into<Value>,
    ) -> EnvoyConfig {
        *yaml::slot(self.listener(name), pointer) = value.into();
        self
    }

    /// As [`EnvoyConfig::set`], within the cluster of this name.
    pub fn set_in_cluster(
        mut self,
        name: &str,
        pointer: &str,
        value: impl Into<Value>,
    ) -> EnvoyConfig {
        *yaml::slot(self.cluster(name), pointer) = value.into();
        self
    }

    /// The configuration as edited so far, with documented ports.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// A listener by its name, to be edited.
    pub fn listener(&mut self, name: &str) -> &mut Value {
        yaml::named(&mut self.value, "listeners", name)
    }

    /// A cluster by its name, to be edited.
    pub fn cluster(&mut self, name: &str) -> &mut Value {
        yaml::named(&mut self.value, "clusters", name)
    }

    /// The real port for a documented one, chosen now if it was not yet. Useful before Envoy
    /// runs, to tell somebody its address.
    pub fn port(&mut self, documented: u16) -> u16 {
        *self.ports.entry(documented).or_insert_with(crate::free_port)
    }

    /// Chooses a free port for every documented one that has none.
    pub(crate) fn choose_ports(&mut self) {
        for port in ports::documented(&self.value) {
            self.port(port);
        }
    }

    pub(crate) fn ports(&self) -> &BTreeMap<u16, u16> {
        &self.ports
    }

    /// What Envoy gets: real ports and module. Ports must have been chosen.
    pub(crate) fn resolved(&self) -> Value {
        let mut value = self.value.clone();
        ports::map(&mut value, &self.ports, &self.cluster_ports);
        if wasm::is_used(&value) {
            let module = self.module.clone().unwrap_or_else(paths::module);
            wasm::set_module(&mut value, &module);
        }
        value
    }
}
