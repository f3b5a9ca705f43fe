//! The container `istio-proxy` of an injected pod: its arguments and its environment.

use std::collections::BTreeMap;

use serde_json::Value;

/// The container, with the pod whose fields it names.
#[derive(Debug)]
pub(super) struct Container<'a> {
    pod: &'a Value,
    container: &'a Value,
}

impl Container<'_> {
    /// Panics when nothing was injected.
    pub(super) fn of(pod: &Value) -> Container<'_> {
        let lists = ["initContainers", "containers"].map(|list| pod["spec"][list].as_array());
        let mut containers = lists.into_iter().flatten().flatten();
        let container = containers.find(|it| it["name"] == "istio-proxy");
        Container { pod, container: container.unwrap_or_else(|| panic!("not injected: {pod}")) }
    }

    /// One variable; panics when it is not set.
    pub(super) fn variable(&self, name: &str) -> String {
        let mut environment = self.environment();
        environment.remove(name).unwrap_or_else(|| panic!("no {name} in {}", self.container))
    }

    /// The variables, those that name fields of the pod resolved.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let variables = self.container["env"].as_array().into_iter().flatten();
        let resolved = variables.map(|variable| (word(&variable["name"]), self.value_of(variable)));
        resolved.collect()
    }

    /// The arguments, with `$(NAME)` replaced.
    pub(super) fn arguments(&self) -> Vec<String> {
        let environment = self.environment();
        let expanded = |argument: &Value| {
            environment.iter().fold(word(argument), |argument, (name, value)| {
                argument.replace(&format!("$({name})"), value)
            })
        };
        self.container["args"].as_array().into_iter().flatten().map(expanded).collect()
    }

    fn value_of(&self, variable: &Value) -> String {
        let source = &variable["valueFrom"];
        if let Some(path) = source["fieldRef"]["fieldPath"].as_str() {
            return word(
                self.pod.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null),
            );
        }
        match source["resourceFieldRef"]["resource"].as_str() {
            // As of the chart's default values; a kubelet would work them out.
            Some("limits.cpu") => "2".to_owned(),
            Some("limits.memory") => (1_u64 << 30).to_string(),
            Some(other) => panic!("a kubelet knows {other}, this one does not"),
            None => word(&variable["value"]),
        }
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
