//! Problems of configurations: the filter's own, each in its line.

use crate::finding::Finding;
use crate::mesh::Mesh;
use crate::plugin::Plugin;
use crate::vm::Variable;

/// What the filter would refuse, and what it would pass over in the environment.
pub fn problems(plugin: &Plugin<'_>, mesh: &Mesh) -> Vec<Finding> {
    let configuration = &plugin.configuration;
    let node = match &configuration.node {
        Ok(node) => node,
        Err(_) if plugin.is_patch() => return Vec::new(),
        Err(error) => {
            return vec![Finding::problem(plugin.file, error.line, "", error.reason.as_str())];
        }
    };
    let percentage = mesh.sampling.first().map(|(_, percentage)| *percentage);
    match configuration.resolve(&plugin.vm, percentage) {
        Ok(config) => {
            let warned = config.warnings.iter().map(|warning| {
                let path = plugin.path("vmConfig.env");
                Finding::problem(plugin.file, plugin.settings.0.line, &path, warning.as_str())
                    .trap("ignored-variable", "give it a value that OpenTelemetry knows")
            });
            warned.collect()
        }
        Err(problems) => {
            let is_known = |problem: &&spanmesh_config::Problem| {
                let (value, is_exact) = node.find(problem.path());
                // A patch need not have everything, and what a host's variable holds is not known here.
                let is_absent = plugin.is_patch() && !is_exact;
                let is_unknown = value.text().is_some_and(|text| has_unknown(plugin, text));
                !(is_absent || is_exact && is_unknown)
            };
            let finding = |problem: &spanmesh_config::Problem| {
                let line = configuration.line_of(problem.path());
                Finding::problem(plugin.file, line, problem.path(), problem.reason())
            };
            problems.iter().filter(is_known).map(finding).collect()
        }
    }
}

/// Variables that a text refers to.
pub fn variables(text: &str) -> Vec<String> {
    let names = std::cell::RefCell::new(Vec::new());
    spanmesh_config::inspect::expand(text, &|name| {
        names.borrow_mut().push(name.to_owned());
        None
    });
    names.into_inner()
}

fn has_unknown(plugin: &Plugin<'_>, text: &str) -> bool {
    variables(text).iter().any(|name| plugin.vm.variable(name) == Variable::Unknown)
}
