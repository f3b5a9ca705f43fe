//! The access logs of a configuration.

use std::path::Path;

use serde_json::{Value, json};

use super::yaml::each_object;

const FILE: &str = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog";
const STDOUT: &str =
    "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog";
const CONNECTION_MANAGER: &str = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/// Lets every log to a file or to the standard output write to this file.
pub(super) fn map(value: &mut Value, path: &Path) {
    let mut found = false;
    each_object(value, &mut |fields| {
        if fields.get("@type").is_some_and(|kind| kind == FILE || kind == STDOUT) {
            fields.insert("@type".to_owned(), FILE.into());
            fields.insert("path".to_owned(), text(path).into());
            found = true;
        }
    });
    assert!(found, "there is no access log to map");
}

/// Adds a log in JSON to every HTTP connection manager.
pub(super) fn add(value: &mut Value, format: &Value, path: &Path) {
    let log = json!({
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": FILE, "path": text(path), "log_format": {"json_format": format},
        },
    });
    let mut found = false;
    each_object(value, &mut |fields| {
        if fields.get("@type").is_some_and(|kind| kind == CONNECTION_MANAGER) {
            let logs = fields.entry("access_log").or_insert_with(|| json!([]));
            logs.as_array_mut().expect("access_log is a list").push(log.clone());
            found = true;
        }
    });
    assert!(found, "there is no connection manager to log");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
