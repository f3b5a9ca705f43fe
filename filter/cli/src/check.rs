//! `spanmesh check`: every problem that the filter would find, and known traps around it.

mod manifest;
mod options;
mod traps;

pub use options::variables;

use crate::finding::Finding;
use crate::mesh::Mesh;
use crate::plugin::{self, Plugin};
use crate::source::Source;

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Problems and warnings, by file and line.
    pub findings: Vec<Finding>,
    /// How many configurations there are.
    pub configurations: usize,
    /// Files without one.
    pub without: Vec<String>,
}

/// Checks files as one set: what one says about the mesh holds for plugins of the others. `given` are
/// values for variables that hosts have.
pub fn check(sources: &[Source], given: &[(String, String)]) -> Checked {
    let mut checked = Checked::default();
    let mut plugins: Vec<Plugin<'_>> = Vec::new();
    for source in sources {
        let found = plugin::find(source, given);
        if found.is_empty() {
            checked.without.push(source.file.clone());
        }
        plugins.extend(found);
    }
    let mesh = Mesh::of(sources, &plugins);
    let findings = &mut checked.findings;
    for plugin in &plugins {
        findings.extend(options::problems(plugin, &mesh));
        findings.extend(manifest::problems(plugin));
        findings.extend(traps::of_plugin(plugin, &mesh));
    }
    for source in sources.iter().filter(|source| !checked.without.contains(&source.file)) {
        findings.extend(duplicates(source, &plugins));
    }
    findings.extend(traps::of_mesh(&plugins, &mesh));
    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    findings.dedup();
    checked.configurations = plugins.len();
    checked
}

/// Keys that stand in one object twice: in configurations by the path of the option, elsewhere by that in
/// the document.
fn duplicates(source: &Source, plugins: &[Plugin<'_>]) -> Vec<Finding> {
    let finding = |(path, line, earlier): (String, usize, usize)| {
        let reason = format!("is given twice, in line {earlier} too: only one of them counts");
        Finding::problem(&source.file, line, &path, reason)
    };
    let own = plugins.iter().filter(|plugin| plugin.file == source.file);
    let nodes = own.filter_map(|plugin| plugin.configuration.node.as_ref().ok());
    let mut found: Vec<_> = nodes.flat_map(|node| node.duplicates("")).collect();
    for outer in source.documents.iter().flat_map(|document| document.duplicates("")) {
        // Within a configuration it has been found by a shorter path.
        let is_known = |inner: &(String, usize, usize)| {
            (inner.1, inner.2) == (outer.1, outer.2) && outer.0.ends_with(&inner.0)
        };
        if !found.iter().any(is_known) {
            found.push(outer);
        }
    }
    found.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests;
