//! Plugins in Envoy's own configuration, wherever in a document: a bootstrap, listeners, extensions
//! (`TypedExtensionConfig`), patches of an EnvoyFilter.

use super::istio::is_ours;
use super::{Kind, Plugin};
use crate::configuration::Configuration;
use crate::node::Node;
use crate::vm::VmEnvironment;

/// Plugins of ours in a document.
pub fn plugins<'a>(
    file: &'a str,
    document: &'a Node,
    given: &[(String, String)],
) -> Vec<Plugin<'a>> {
    let mut search = Search { file, document, given, found: Vec::new() };
    let resource = document.text_at(&["metadata", "name"]);
    search.descend(document, "", resource);
    search.found
}

struct Search<'a, 'g> {
    file: &'a str,
    document: &'a Node,
    given: &'g [(String, String)],
    found: Vec<Plugin<'a>>,
}

impl<'a> Search<'a, '_> {
    /// `name` is that of the nearest object above that has one: the filter's.
    fn descend(&mut self, node: &'a Node, path: &str, name: Option<&'a str>) {
        let name = node.text_at(&["name"]).or(name);
        let configuration = node.get("configuration");
        let is_any = configuration.is_some_and(|value| value.get("@type").is_some());
        if node.get_any(&["vm_config", "vmConfig"]).is_some() || is_any {
            self.plugin(node, path, name);
        }
        for (index, item) in node.items().iter().enumerate() {
            self.descend(item, &format!("{path}[{index}]"), name);
        }
        for entry in node.entries() {
            let key = &entry.key;
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            self.descend(&entry.value, &path, name);
        }
    }

    fn plugin(&mut self, node: &'a Node, path: &str, name: Option<&'a str>) {
        let configuration = configuration(node);
        let vm = node.get_any(&["vm_config", "vmConfig"]);
        let in_vm = |keys: &[&str]| vm.and_then(|vm| vm.text_at(keys));
        let names = [
            name,
            node.get_any(&["root_id", "rootId"]).and_then(Node::text),
            vm.and_then(|vm| vm.get_any(&["vm_id", "vmId"])).and_then(Node::text),
            in_vm(&["code", "local", "filename"]),
            in_vm(&["code", "remote", "http_uri", "uri"]),
            in_vm(&["code", "remote", "httpUri", "uri"]),
        ];
        if !is_ours(&names, configuration.node.as_ref().ok()) {
            return;
        }
        let kind = match self.document.text_at(&["kind"]) {
            Some("EnvoyFilter") => Kind::EnvoyFilter,
            _ => Kind::Envoy,
        };
        self.found.push(Plugin {
            file: self.file,
            kind,
            name: name.unwrap_or_default().to_owned(),
            configuration,
            vm: VmEnvironment::of_envoy(node, self.given),
            settings: (node, path.to_owned()),
            document: self.document,
        });
    }
}

/// `configuration`, an `Any`: a StringValue with JSON, or a Struct.
fn configuration(plugin: &Node) -> Configuration {
    let Some(any) = plugin.get("configuration") else { return Configuration::missing(plugin.line) };
    match any.get("value") {
        Some(value) if value.text().is_some() => Configuration::of_text(value),
        Some(value) => Configuration::of_object(value),
        None => Configuration::missing(any.line),
    }
}
