//! How the module is loaded.

use crate::finding::Finding;
use crate::node::Node;
use crate::plugin::{Kind, Plugin};

/// Traps of failing closed, of images that change.
pub fn traps(plugin: &Plugin<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(fail_closed(plugin));
    if matches!(plugin.kind, Kind::WasmPlugin | Kind::TrafficExtension) {
        found.extend(plugin_type(plugin));
    }
    found.extend(mutable_image(plugin));
    found
}

fn fail_closed(plugin: &Plugin<'_>) -> Option<Finding> {
    let settings = plugin.settings.0;
    let (names, open): (&[&str], _) = match plugin.kind {
        Kind::Bare => return None,
        Kind::WasmPlugin | Kind::TrafficExtension => (&["failStrategy"], "FAIL_OPEN"),
        Kind::Envoy | Kind::EnvoyFilter => (&["failure_policy", "failurePolicy"], "FAIL_OPEN"),
        Kind::EnvoyExtensionPolicy => (&["failOpen"], "true"),
    };
    let given = settings.get_any(names);
    let is_open = given.is_some_and(|given| given.text() == Some(open) || given.is_true())
        || settings.get_any(&["fail_open", "failOpen"]).is_some_and(Node::is_true);
    if is_open || (given.is_none() && plugin.is_patch()) {
        return None;
    }
    let name = names.first().copied().unwrap_or_default();
    let reason = match given.and_then(Node::text) {
        Some("FAIL_RELOAD") => "answers 503 until the plugin has been loaded again",
        _ => {
            "the default is to fail closed: a module that cannot be loaded makes the proxy refuse every request"
        }
    };
    let line = given.map_or(settings.line, |given| given.line);
    let finding = Finding::problem(plugin.file, line, &plugin.path(name), reason);
    Some(finding.trap("fail-closed", format!("set {name}: {open}")))
}

fn plugin_type(plugin: &Plugin<'_>) -> Option<Finding> {
    let kind = plugin.settings.0.get("type").filter(|kind| kind.text() == Some("NETWORK"))?;
    let reason = "puts the plugin among the network filters, where it sees no request";
    let finding = Finding::problem(plugin.file, kind.line, &plugin.path("type"), reason);
    Some(finding.trap("plugin-type", "leave type out"))
}

/// An image by its tag, or a download, without a checksum.
fn mutable_image(plugin: &Plugin<'_>) -> Option<Finding> {
    let settings = plugin.settings.0;
    let (holder, path) = match plugin.kind {
        Kind::WasmPlugin | Kind::TrafficExtension => (settings, String::new()),
        Kind::EnvoyExtensionPolicy => {
            let code = settings.get("code")?;
            let kind = ["image", "http"].into_iter().find(|kind| code.get(kind).is_some())?;
            (code.get(kind)?, format!("code.{kind}."))
        }
        _ => return None,
    };
    let url = holder.get("url")?;
    let text = url.text()?;
    let has_sum = holder.text_at(&["sha256"]).is_some_and(|sum| !sum.is_empty());
    if has_sum || text.contains("@sha256:") || text.starts_with("file:") {
        return None;
    }
    let is_download = text.starts_with("http://") || text.starts_with("https://");
    let reason = match is_download {
        true => "what is downloaded may change without a change here, and nothing checks it",
        false => "a tag may be moved to another image, and proxies then differ in what they run",
    };
    let mend = match is_download {
        true => "set sha256 to the checksum of the module",
        false => "name the image by its digest (…@sha256:…), or set sha256",
    };
    let path = plugin.path(&format!("{path}url"));
    Some(Finding::problem(plugin.file, url.line, &path, reason).trap("mutable-image", mend))
}
