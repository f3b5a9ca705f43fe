//! Variables that a configuration asks for and the VM does not get.

use crate::check::options::variables;
use crate::finding::Finding;
use crate::node::Node;
use crate::plugin::{Kind, Plugin};
use crate::vm::Variable;

/// Variables without value and default: an empty text for `${env:NAME}`, no attribute for
/// `attributes.environment`.
pub fn traps(plugin: &Plugin<'_>) -> Vec<Finding> {
    let Ok(root) = &plugin.configuration.node else { return Vec::new() };
    let mut found = Vec::new();
    if plugin.is_patch() && plugin.settings.0.get("vmConfig").is_none() {
        return found;
    }
    root.walk("", &mut |path, node| {
        let Some(text) = node.text() else { return };
        let names = match path.starts_with("attributes.environment.") {
            true => vec![text.to_owned()],
            false => variables(text),
        };
        for name in names {
            let has_default = text.contains(&format!("{name}:-"));
            if !has_default && plugin.vm.variable(&name) == Variable::Unset {
                found.push(trap(plugin, path, node, &name));
            }
        }
    });
    found
}

fn trap(plugin: &Plugin<'_>, path: &str, node: &Node, name: &str) -> Finding {
    let setting = match plugin.kind {
        Kind::Envoy | Kind::EnvoyFilter => "vm_config.environment_variables",
        Kind::EnvoyExtensionPolicy => "env.hostKeys",
        _ => "vmConfig.env",
    };
    let reason = format!("{name} has no value: the plugin's VM gets no such variable");
    let mend =
        format!("pass it on by {}, or write a default, ${{env:{name}:-…}}", plugin.path(setting));
    Finding::problem(plugin.file, node.line, path, reason).trap("unset-variable", mend)
}
