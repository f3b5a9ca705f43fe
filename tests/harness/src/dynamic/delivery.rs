//! A file through which Envoy gets resources.

use std::fs;

use serde_json::{Value, json};

use crate::temp_dir::TempDir;

/// The file, alone in its directory: Envoy looks at it whenever something is moved there.
#[derive(Debug)]
pub(super) struct Delivery {
    directory: TempDir,
    name: &'static str,
}

impl Delivery {
    /// A file of this name, yet to be published.
    pub(super) fn create(name: &'static str) -> Delivery {
        Delivery { directory: TempDir::create(), name }
    }

    /// The configuration source that leads to it.
    pub(super) fn source(&self) -> Value {
        let directory = self.directory.path();
        let path = directory.join(self.name);
        let source = json!({"path": path, "watched_directory": {"path": directory}});
        json!({"resource_api_version": "V3", "path_config_source": source})
    }

    /// Writes the file in one step.
    pub(super) fn publish(&self, kind: &str, mut resources: Vec<Value>) {
        resources.iter_mut().for_each(|resource| resource["@type"] = kind.into());
        let text = json!({"resources": resources}).to_string();
        let draft = self.directory.path().join("draft");
        let result = fs::write(&draft, text);
        let result =
            result.and_then(|()| fs::rename(&draft, self.directory.path().join(self.name)));
        result.expect("the temporary directory is writable");
    }
}
