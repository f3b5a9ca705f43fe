//! What instances of one plugin know of each other: VMs share nothing but Envoy's shared data.

use spanmesh_core::heartbeat::Heartbeat;

use crate::host;

/// A plugin of this process, told from others by its `name` and `root_id`.
#[derive(Debug, Default)]
pub struct Plugin {
    /// Whether any instance of it works.
    pub heartbeat: Heartbeat,
    /// Where VMs that go leave their spans.
    pub handover: String,
}

// === impl Plugin ===

impl Plugin {
    /// That of the root context that is active.
    pub fn of_host() -> Self {
        let part = |path| host::property(path).and_then(|part| String::from_utf8(part).ok());
        let [name, root] = ["plugin_name", "plugin_root_id"].map(|it| part(it).unwrap_or_default());
        let name = [&name, "/", &root].concat();
        let handover = ["spanmesh.handover/", &name].concat();
        Self { heartbeat: Heartbeat::new(&name), handover }
    }
}
