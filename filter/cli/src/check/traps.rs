//! Known traps: what is accepted and does not do what it looks like.

mod clusters;
mod loading;
mod phase;
mod sampling;
mod tracers;
mod variables;

use crate::finding::Finding;
use crate::mesh::Mesh;
use crate::plugin::Plugin;

/// Traps that one plugin stands in.
pub fn of_plugin(plugin: &Plugin<'_>, mesh: &Mesh) -> Vec<Finding> {
    let mut found = loading::traps(plugin);
    found.extend(phase::traps(plugin, mesh));
    found.extend(clusters::traps(plugin, mesh));
    found.extend(variables::traps(plugin));
    found.extend(sampling::of_plugin(plugin, mesh));
    found
}

/// Traps that the mesh lays for all of them.
pub fn of_mesh(plugins: &[Plugin<'_>], mesh: &Mesh) -> Vec<Finding> {
    let mut found = tracers::traps(plugins, mesh);
    found.extend(sampling::of_mesh(plugins, mesh));
    found
}
