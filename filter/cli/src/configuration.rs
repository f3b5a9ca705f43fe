//! A plugin configuration as it reaches the filter, and where each of its values is written.

use spanmesh_config::{Config, Environment, Problem};

use crate::json;
use crate::node::{Content, Node};
use crate::vm::VmEnvironment;
use crate::yaml::Malformed;

/// A plugin configuration.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Where it begins.
    pub line: usize,
    /// What the filter is given.
    pub bytes: Vec<u8>,
    /// Its values with their lines, or why there are none.
    pub node: Result<Node, Malformed>,
}

// === impl Configuration ===

impl Configuration {
    /// One that is written as an object: it reaches the filter by way of a `google.protobuf.Struct`.
    pub fn of_object(node: &Node) -> Self {
        let bytes = node.value().to_string().into_bytes();
        Self { line: node.line, bytes, node: Ok(node.clone()) }
    }

    /// One that is written as JSON within a text.
    pub fn of_text(node: &Node) -> Self {
        let text = node.text().unwrap_or_default();
        let parsed = json::parse(text, node.text_line.unwrap_or(1));
        let parsed = match node.text_line {
            Some(_) => parsed,
            // Its lines are lost: all of it stands where the text does.
            None => parsed.map(|inner| flat(inner, node.line)),
        };
        let parsed = parsed.map_err(|error| match node.text_line {
            Some(_) => error,
            None => Malformed { line: node.line, ..error },
        });
        Self { line: node.line, bytes: text.into(), node: parsed }
    }

    /// A file that is nothing else, in JSON.
    pub fn of_json(text: &str, node: &Node) -> Self {
        Self { line: node.line, bytes: text.into(), node: Ok(node.clone()) }
    }

    /// One that is not there, at a plugin that stands in this line.
    pub fn missing(line: usize) -> Self {
        let reason = "is missing: the filter refuses an empty one".to_owned();
        Self { line, bytes: Vec::new(), node: Err(Malformed { line, reason }) }
    }

    /// What the filter makes of it.
    ///
    /// # Errors
    /// Every problem that the filter finds.
    pub fn resolve(
        &self,
        vm: &VmEnvironment,
        mesh_sampling: Option<f64>,
    ) -> Result<Config, Vec<Problem>> {
        let variable = |name: &str| vm.lookup(name);
        self.resolve_with(&variable, mesh_sampling)
    }

    /// The same with another look-up of variables.
    ///
    /// # Errors
    /// As there.
    pub fn resolve_with(
        &self,
        variable: &dyn Fn(&str) -> Option<String>,
        mesh_sampling: Option<f64>,
    ) -> Result<Config, Vec<Problem>> {
        let node_metadata = &|_: &[&str]| None;
        Config::resolve(&self.bytes, &Environment { variable, mesh_sampling, node_metadata })
    }

    /// The line of the option at `path`, or of the nearest one above it.
    pub fn line_of(&self, path: &str) -> usize {
        self.node.as_ref().map_or(self.line, |node| node.find(path).0.line)
    }
}

fn flat(mut node: Node, line: usize) -> Node {
    node.line = line;
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.iter_mut().for_each(|item| *item = flat(item.clone(), line)),
        Content::Object(entries) => {
            for entry in entries {
                entry.line = line;
                entry.value = flat(entry.value.clone(), line);
            }
        }
    }
    node
}
