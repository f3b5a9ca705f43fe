//! Plugins of ours in documents of any kind.
//!
//! A plugin is taken for spanmesh where "spanmesh" stands in one of its names (of the resource, the plugin,
//! the VM, its URL, image or file), or where its configuration is an object with the key `exporter`, which
//! every configuration of spanmesh must have.

mod envoy;
mod istio;

use crate::configuration::Configuration;
use crate::node::Node;
use crate::source::Source;
use crate::vm::VmEnvironment;

/// What configures a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Istio's WasmPlugin.
    WasmPlugin,
    /// Istio's TrafficExtension.
    TrafficExtension,
    /// A patch of Istio's EnvoyFilter.
    EnvoyFilter,
    /// Envoy itself: bootstrap, listeners, extensions.
    Envoy,
    /// Envoy Gateway's EnvoyExtensionPolicy.
    EnvoyExtensionPolicy,
    /// Nothing: the configuration stands alone.
    Bare,
}

/// A plugin of ours.
#[derive(Clone, Debug)]
pub struct Plugin<'a> {
    /// The file.
    pub file: &'a str,
    /// What configures it.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it is configured to do.
    pub configuration: Configuration,
    /// The environment of its VM.
    pub vm: VmEnvironment,
    /// The object that configures the plugin, and its path in the document.
    pub settings: (&'a Node, String),
    /// The whole document.
    pub document: &'a Node,
}

/// All plugins of ours in a file, each once however many aliases stand for it; `given` are values for
/// variables that hosts have.
pub fn find<'a>(source: &'a Source, given: &[(String, String)]) -> Vec<Plugin<'a>> {
    let mut found: Vec<Plugin<'a>> = Vec::new();
    for document in &source.documents {
        let plugins = match document.text_at(&["kind"]) {
            Some("WasmPlugin") => istio::wasm_plugin(&source.file, document, given),
            Some("TrafficExtension") => istio::traffic_extension(&source.file, document, given),
            Some("EnvoyExtensionPolicy") => istio::extension_policy(&source.file, document, given),
            _ => others(source, document, given),
        };
        for plugin in plugins {
            let is_same = |known: &Plugin<'_>| {
                known.configuration.line == plugin.configuration.line
                    && known.configuration.bytes == plugin.configuration.bytes
                    && known.settings.0.line == plugin.settings.0.line
            };
            if !found.iter().any(is_same) {
                found.push(plugin);
            }
        }
    }
    found
}

fn others<'a>(
    source: &'a Source,
    document: &'a Node,
    given: &[(String, String)],
) -> Vec<Plugin<'a>> {
    let is_bare = document.get("kind").is_none() && document.get("apiVersion").is_none();
    if is_bare && is_configuration(document) {
        let configuration = match &source.json {
            Some(text) if source.documents.len() == 1 => Configuration::of_json(text, document),
            _ => Configuration::of_object(document),
        };
        let settings = (document, String::new());
        return vec![bare(&source.file, document, settings, configuration, given)];
    }
    let mut plugins = envoy::plugins(&source.file, document, given);
    document.walk("", &mut |path, node| {
        if let Some(value) = node.get("pluginConfig").filter(|value| is_configuration(value)) {
            let settings = (node, path.to_owned());
            let configuration = Configuration::of_object(value);
            plugins.push(bare(&source.file, document, settings, configuration, given));
        }
    });
    plugins
}

fn bare<'a>(
    file: &'a str,
    document: &'a Node,
    settings: (&'a Node, String),
    configuration: Configuration,
    given: &[(String, String)],
) -> Plugin<'a> {
    let (name, vm) = (file.to_owned(), VmEnvironment::open(given));
    Plugin { file, kind: Kind::Bare, name, configuration, vm, settings, document }
}

/// Whether an object is a configuration of spanmesh.
fn is_configuration(node: &Node) -> bool {
    node.entries().iter().any(|entry| entry.key == "exporter")
}

/// Whether "spanmesh" stands in a name.
fn is_our_name(name: &str) -> bool {
    name.to_ascii_lowercase().contains("spanmesh")
}

impl Plugin<'_> {
    /// Whether Istio's control plane reads it.
    pub fn is_istio(&self) -> bool {
        matches!(self.kind, Kind::WasmPlugin | Kind::TrafficExtension | Kind::EnvoyFilter)
    }

    /// Whether it changes a resource that stands elsewhere, as an overlay of kustomize does: what the API
    /// server requires is not there.
    pub fn is_patch(&self) -> bool {
        matches!(self.kind, Kind::WasmPlugin | Kind::TrafficExtension)
            && self.settings.0.get("url").is_none()
    }

    /// The path of one of its settings in the document.
    pub fn path(&self, setting: &str) -> String {
        let path = &self.settings.1;
        if path.is_empty() { setting.to_owned() } else { format!("{path}.{setting}") }
    }

    /// What it is, for people.
    pub fn title(&self) -> String {
        match self.kind {
            Kind::Bare => "a configuration alone".to_owned(),
            Kind::Envoy => format!("plugin {}", self.name),
            kind => format!("{kind:?} {}", self.name),
        }
    }
}

#[cfg(test)]
mod tests;
