//! What the API server or the control plane would refuse around a configuration (the schemas of
//! istio.io/api 1.31).

use crate::finding::Finding;
use crate::node::Node;
use crate::plugin::{Kind, Plugin};

const PHASES: &[&str] = &["UNSPECIFIED", "UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS"];
const STRATEGIES: &[&str] = &["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"];
const TYPES: &[&str] = &["UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK"];
const SOURCES: &[&str] = &["INLINE", "HOST"];
const POLICIES: &[&str] = &["FAIL_RELOAD", "FAIL_CLOSED", "FAIL_OPEN", "UNSPECIFIED"];
const HEX_OF_SHA256: usize = 64;

/// Settings of the manifest that are refused.
pub fn problems(plugin: &Plugin<'_>) -> Vec<Finding> {
    let (settings, path) = &plugin.settings;
    let mut found = Found { file: plugin.file, findings: Vec::new() };
    match plugin.kind {
        Kind::WasmPlugin | Kind::TrafficExtension => {
            let spec = plugin.document.get("spec").unwrap_or(settings);
            found.one_of(spec, "spec", "phase", PHASES);
            found.one_of(settings, path, "failStrategy", STRATEGIES);
            found.one_of(settings, path, "type", TYPES);
            let variables = settings.at(&["vmConfig", "env"]).map(Node::items).unwrap_or_default();
            for (index, variable) in variables.iter().enumerate() {
                let path = format!("{path}.vmConfig.env[{index}]");
                found.one_of(variable, &path, "valueFrom", SOURCES);
                let from_host = variable.text_at(&["valueFrom"]) == Some("HOST");
                if let Some(value) = variable.get("value") {
                    if from_host {
                        found.push(value, &path, "value", "must not stand beside valueFrom: HOST");
                    } else if value.text().is_none() {
                        found.push(value, &path, "value", "must be text: put it in quotes");
                    }
                }
            }
            if let (Some(_), Some(refs)) = (spec.get("selector"), spec.get("targetRefs")) {
                found.push(
                    refs,
                    "spec",
                    "targetRefs",
                    "must not stand beside selector: choose one",
                );
            }
            if let Some(sum) = settings.get("sha256").filter(|sum| !is_sha256(sum)) {
                found.push(sum, path, "sha256", "must be 64 lower-case hexadecimal digits");
            }
            if let Some(value) = settings.get("pluginConfig").filter(|value| !value.is_object()) {
                found.push(value, path, "pluginConfig", "must be an object, not text with JSON");
            }
        }
        Kind::Envoy | Kind::EnvoyFilter => {
            found.one_of(settings, path, "failure_policy", POLICIES);
            if let Some(any) = settings.get("configuration").filter(|it| it.get("@type").is_none())
            {
                found.push(any, path, "configuration", "must have the key @type");
            }
        }
        Kind::EnvoyExtensionPolicy | Kind::Bare => {}
    }
    found.findings
}

struct Found<'a> {
    file: &'a str,
    findings: Vec<Finding>,
}

impl Found<'_> {
    fn push(&mut self, node: &Node, path: &str, setting: &str, reason: &str) {
        let path = if path.is_empty() { setting.to_owned() } else { format!("{path}.{setting}") };
        self.findings.push(Finding::problem(self.file, node.line, &path, reason));
    }

    fn one_of(&mut self, node: &Node, path: &str, setting: &str, words: &[&str]) {
        let Some(value) = node.get(setting) else { return };
        if !value.text().is_some_and(|text| words.contains(&text)) {
            let reason = format!("must be one of {}, found {}", words.join(", "), value.value());
            self.push(value, path, setting, &reason);
        }
    }
}

fn is_sha256(node: &Node) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_sum = |text: &str| text.len() == HEX_OF_SHA256 && text.bytes().all(is_digit);
    node.text().is_some_and(|text| text.is_empty() || is_sum(text))
}
