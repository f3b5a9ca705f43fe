//! Every plugin configuration in the repository is one that the filter accepts.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use spanmesh_config::{Config, json_schema};
use spanmesh_harness::paths::repository;

/// Files below `folder` with one of these endings.
pub fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules", ".git", "corpus"].contains(&name.as_str()) {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Plugin configurations anywhere in a document: the `configuration` beside a `vm_config` of Envoy,
/// Istio's `pluginConfig` (WasmPlugin, TrafficExtension), and the `config` of an extension of Envoy
/// Gateway, which stands beside its `code`.
pub fn plugin_configurations(value: &Value, found: &mut Vec<String>) {
    if let Value::Object(entries) = value {
        if let (Some(_), Some(configuration)) =
            (entries.get("vm_config"), entries.get("configuration"))
        {
            let inner = &configuration["value"];
            found.push(inner.as_str().map_or_else(|| inner.to_string(), str::to_owned));
        }
        found.extend(entries.get("pluginConfig").map(Value::to_string));
        let extension = entries.get("config").filter(|_| entries.contains_key("code"));
        found.extend(extension.map(Value::to_string));
    }
    let children: Vec<&Value> = match value {
        Value::Object(entries) => entries.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    children.into_iter().for_each(|child| plugin_configurations(child, found));
}

#[test]
fn every_plugin_configuration_is_accepted_by_filter_and_schema() {
    let schema = jsonschema::validator_for(&json_schema::generate()).unwrap();
    let mut count = 0;
    for folder in ["envoy-config", "istio", "examples"] {
        for path in files(&repository().join(folder), &[".yaml", ".yml"]) {
            let text = fs::read_to_string(&path).unwrap();
            let mut found = Vec::new();
            for document in serde_yaml_ng::Deserializer::from_str(&text) {
                let value: Value = serde::Deserialize::deserialize(document).unwrap();
                plugin_configurations(&value, &mut found);
            }
            for configuration in found {
                count += 1;
                check(&schema, &path, &configuration);
            }
        }
    }
    assert!(count >= 8, "only {count} configurations were found");
}

#[test]
fn every_recipe_is_accepted_and_told_of() {
    let schema = jsonschema::validator_for(&json_schema::generate()).unwrap();
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let recipes = files(&repository().join("examples/sampling"), &[".json"]);
    assert!(recipes.len() >= 6, "{recipes:?}");
    for path in recipes {
        check(&schema, &path, &fs::read_to_string(&path).unwrap());
        let link = format!("(examples/sampling/{})", path.file_name().unwrap().display());
        assert!(readme.contains(&link), "README.md does not link {link}");
    }
}

/// Both the filter and the schema accept it.
pub fn check(schema: &jsonschema::Validator, path: &Path, configuration: &str) {
    let shown = format!("{}: {configuration}", path.display());
    let config = Config::parse(configuration.as_bytes(), &|_| None);
    assert!(config.is_ok(), "{shown}: {config:?}");
    assert!(schema.is_valid(&serde_json::from_str(configuration).unwrap()), "{shown}");
}
