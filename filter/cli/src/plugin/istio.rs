//! Plugins in resources of Istio and Envoy Gateway.

use super::{Kind, Plugin, is_configuration, is_our_name};
use crate::configuration::Configuration;
use crate::node::Node;
use crate::vm::VmEnvironment;

/// `extensions.istio.io/v1alpha1` WasmPlugin: the plugin is its `spec`.
pub fn wasm_plugin<'a>(
    file: &'a str,
    document: &'a Node,
    given: &[(String, String)],
) -> Vec<Plugin<'a>> {
    let spec = document.get("spec").map(|spec| (spec, "spec".to_owned()));
    spec.and_then(|it| of_istio(file, document, Kind::WasmPlugin, it, given)).into_iter().collect()
}

/// `extensions.istio.io/v1alpha1` TrafficExtension: the plugin is `spec.wasm`.
pub fn traffic_extension<'a>(
    file: &'a str,
    document: &'a Node,
    given: &[(String, String)],
) -> Vec<Plugin<'a>> {
    let wasm = document.at(&["spec", "wasm"]).map(|wasm| (wasm, "spec.wasm".to_owned()));
    let kind = Kind::TrafficExtension;
    wasm.and_then(|it| of_istio(file, document, kind, it, given)).into_iter().collect()
}

fn of_istio<'a>(
    file: &'a str,
    document: &'a Node,
    kind: Kind,
    settings: (&'a Node, String),
    given: &[(String, String)],
) -> Option<Plugin<'a>> {
    let name = document.text_at(&["metadata", "name"]).unwrap_or_default();
    let (plugin, _) = &settings;
    let names = [Some(name), plugin.text_at(&["pluginName"]), plugin.text_at(&["url"])];
    let configuration = plugin.get("pluginConfig");
    is_ours(&names, configuration).then(|| Plugin {
        file,
        kind,
        name: name.to_owned(),
        configuration: of_value(configuration, plugin),
        vm: VmEnvironment::of_istio(plugin, given),
        settings,
        document,
    })
}

/// `gateway.envoyproxy.io/v1alpha1` EnvoyExtensionPolicy: a plugin for each item of `spec.wasm`.
pub fn extension_policy<'a>(
    file: &'a str,
    document: &'a Node,
    given: &[(String, String)],
) -> Vec<Plugin<'a>> {
    let items = document.at(&["spec", "wasm"]).map(Node::items).unwrap_or_default();
    let resource = document.text_at(&["metadata", "name"]).unwrap_or_default();
    let mut plugins = Vec::new();
    for (index, wasm) in items.iter().enumerate() {
        let url = |kind| wasm.text_at(&["code", kind, "url"]);
        let own = wasm.text_at(&["name"]);
        let names = [Some(resource), own, wasm.text_at(&["rootID"]), url("http"), url("image")];
        let configuration = wasm.get("config");
        if is_ours(&names, configuration) {
            plugins.push(Plugin {
                file,
                kind: Kind::EnvoyExtensionPolicy,
                name: own.unwrap_or(resource).to_owned(),
                configuration: of_value(configuration, wasm),
                vm: VmEnvironment::of_gateway(wasm, given),
                settings: (wasm, format!("spec.wasm[{index}]")),
                document,
            });
        }
    }
    plugins
}

fn of_value(configuration: Option<&Node>, plugin: &Node) -> Configuration {
    match configuration {
        Some(value) => Configuration::of_object(value),
        None => Configuration::missing(plugin.line),
    }
}

/// The rule of the module above.
pub fn is_ours(names: &[Option<&str>], configuration: Option<&Node>) -> bool {
    names.iter().flatten().any(|name| is_our_name(name))
        || configuration.is_some_and(is_configuration)
}
