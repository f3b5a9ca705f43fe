//! An access log that Envoy really writes.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::temp_dir::TempDir;
use crate::wait::{self, SECONDS};

/// A file for access logs in JSON. [`crate::EnvoyConfig::map_access_logs`] and
/// [`crate::EnvoyConfig::add_access_log`] make an Envoy write to it; several may.
#[derive(Debug)]
pub struct AccessLog {
    directory: TempDir,
}

impl AccessLog {
    /// An empty log. It is removed with the value.
    pub fn create() -> AccessLog {
        AccessLog { directory: TempDir::create() }
    }

    /// Every entry so far, in order. Panics when a line is not JSON.
    pub fn entries(&self) -> Vec<Value> {
        // Envoy creates the file; the last line may still be on its way.
        let text = fs::read_to_string(self.path()).unwrap_or_default();
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let entry = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
        };
        lines.map(entry).collect()
    }

    /// Waits until there are at least `count` entries (5 seconds at most) and gives all of them.
    /// Envoy writes an entry when the exchange is over, up to a tenth of a second later.
    pub async fn wait_for_entries(&self, count: usize) -> Vec<Value> {
        let enough = || Some(self.entries()).filter(|entries| entries.len() >= count);
        let entries = wait::until(5 * SECONDS, enough).await;
        entries.unwrap_or_else(|| panic!("no {count} entries, but {:#?}", self.entries()))
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("access.log")
    }
}
