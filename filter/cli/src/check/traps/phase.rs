//! Where the plugin stands among the proxy's filters.
//!
//! No phase is wrong by itself: in `AUTHN` the plugin sees requests that are refused from their beginning, in
//! `STATS` it hears of them when they are over. But a header field that authentication writes is not there
//! yet when a plugin of `AUTHN` looks for it.

use crate::finding::Finding;
use crate::mesh::{Mesh, Place};
use crate::node::Node;
use crate::plugin::{Kind, Plugin};

/// Header fields that the configuration asks for and that a RequestAuthentication writes later.
pub fn traps(plugin: &Plugin<'_>, mesh: &Mesh) -> Vec<Finding> {
    let is_early = matches!(plugin.kind, Kind::WasmPlugin | Kind::TrafficExtension)
        && plugin.document.text_at(&["spec", "phase"]) == Some("AUTHN");
    let Ok(root) = &plugin.configuration.node else { return Vec::new() };
    let mut found = Vec::new();
    if !is_early {
        return found;
    }
    root.walk("", &mut |path, node| {
        if let Some(name) = field(path, node)
            && let Some((_, place)) = mesh.claim_headers.iter().find(|(known, _)| known == name)
        {
            let Place { file, line, .. } = place;
            let reason = format!(
                "{name} is written by authentication ({file}:{line}), and phase AUTHN comes before it: the \
                 plugin sees the caller's own field, or none"
            );
            let finding = Finding::problem(plugin.file, node.line, path, reason);
            found.push(finding.trap("phase", "set phase: AUTHZ or STATS"));
        }
    });
    found
}

/// The request header field that an option asks for: a key below `header`, an item of a list of names.
fn field<'a>(path: &'a str, node: &'a Node) -> Option<&'a str> {
    if path.starts_with("attributes.request_headers[") {
        return node.text();
    }
    let (_, name) = path.rsplit_once(".header.")?;
    // Matchers of the field have paths below its own.
    (!name.contains(['.', '['])).then_some(name)
}
