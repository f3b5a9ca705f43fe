//! The Wasm filters of a configuration: their module and their plugin configuration.

use std::path::Path;

use serde_json::{Value, json};

use super::yaml::{each_object, slot};

const WASM: &str = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const STRING: &str = "type.googleapis.com/google.protobuf.StringValue";

/// Whether the tree has a Wasm filter.
pub(super) fn is_used(value: &Value) -> bool {
    let mut used = false;
    each_object(&mut value.clone(), &mut |fields| {
        used |= fields.get("@type").is_some_and(|kind| kind == WASM);
    });
    used
}

pub(super) fn set_configuration(value: &mut Value, text: &str) {
    let mut found = false;
    each_plugin(value, |config| {
        config["configuration"] = json!({"@type": STRING, "value": text});
        found = true;
    });
    assert!(found, "there is no Wasm filter to configure");
}

pub(super) fn set_in_configuration(value: &mut Value, pointer: &str, field: &Value) {
    let mut found = false;
    each_plugin(value, |config| {
        let text = config["configuration"]["value"].as_str().expect("a plugin configuration");
        let mut inner: Value = serde_json::from_str(text).expect("the configuration is JSON");
        *slot(&mut inner, pointer) = field.clone();
        config["configuration"]["value"] = inner.to_string().into();
        found = true;
    });
    assert!(found, "there is no Wasm filter to configure");
}

pub(super) fn set_module(value: &mut Value, path: &Path) {
    let path = path.to_str().expect("a path in UTF-8");
    each_plugin(value, |config| {
        if let Some(filename) = config.pointer_mut("/vm_config/code/local/filename") {
            *filename = path.into();
        }
    });
}

pub(super) fn remove(value: &mut Value) {
    each_object(value, &mut |fields| {
        if let Some(filters) = fields.get_mut("http_filters").and_then(Value::as_array_mut) {
            filters.retain(|filter| filter["typed_config"]["@type"] != WASM);
        }
    });
}

fn each_plugin(value: &mut Value, mut edit: impl FnMut(&mut Value)) {
    each_object(value, &mut |fields| {
        if fields.get("@type").is_some_and(|kind| kind == WASM)
            && let Some(config) = fields.get_mut("config")
        {
            edit(config);
        }
    });
}
