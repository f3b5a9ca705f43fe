//! The environment of the WebAssembly VM, as far as a manifest tells it.

use crate::node::Node;

/// What stands for the value of a variable that is only known where the proxy runs.
const UNKNOWN: &str = "value-known-only-to-the-proxy";

/// Variables of a VM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VmEnvironment {
    /// Variables with their values.
    pub known: Vec<(String, String)>,
    /// Variables whose values the proxy's own environment has.
    pub from_host: Vec<String>,
    /// Whether there may be others: nothing tells which VM a bare configuration is for.
    pub is_open: bool,
}

/// What is known of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable<'a> {
    /// Its value.
    Value(&'a str),
    /// It may have one, which is not known here.
    Unknown,
    /// The VM has no such variable.
    Unset,
}

impl VmEnvironment {
    /// That of a WasmPlugin or TrafficExtension: `vmConfig.env`. `given` are values for variables of hosts.
    pub fn of_istio(settings: &Node, given: &[(String, String)]) -> Self {
        let mut environment = Self::default();
        let variables = settings.at(&["vmConfig", "env"]).map(Node::items).unwrap_or_default();
        for variable in variables {
            let Some(name) = variable.text_at(&["name"]) else { continue };
            if variable.text_at(&["valueFrom"]) == Some("HOST") {
                environment.take_from_host(name, given);
            } else {
                let value = variable.text_at(&["value"]).unwrap_or_default();
                environment.known.push((name.to_owned(), value.to_owned()));
            }
        }
        environment
    }

    /// That of Envoy's plugin configuration: `vm_config.environment_variables`.
    pub fn of_envoy(plugin: &Node, given: &[(String, String)]) -> Self {
        let mut environment = Self::default();
        let variables = plugin
            .get_any(&["vm_config", "vmConfig"])
            .and_then(|vm| vm.get_any(&["environment_variables", "environmentVariables"]));
        let Some(variables) = variables else { return environment };
        let keys = variables.get_any(&["host_env_keys", "hostEnvKeys"]);
        for name in keys.map(Node::items).unwrap_or_default().iter().filter_map(Node::text) {
            environment.take_from_host(name, given);
        }
        let values = variables.get_any(&["key_values", "keyValues"]);
        for entry in values.map(Node::entries).unwrap_or_default() {
            let value = entry.value.text().unwrap_or_default();
            environment.known.push((entry.key.clone(), value.to_owned()));
        }
        environment
    }

    /// That of Envoy Gateway's policy: `env.hostKeys`.
    pub fn of_gateway(wasm: &Node, given: &[(String, String)]) -> Self {
        let mut environment = Self::default();
        let keys = wasm.at(&["env", "hostKeys"]).map(Node::items).unwrap_or_default();
        for name in keys.iter().filter_map(Node::text) {
            environment.take_from_host(name, given);
        }
        environment
    }

    /// That of a configuration that stands alone.
    pub fn open(given: &[(String, String)]) -> Self {
        Self { known: given.to_vec(), is_open: true, ..Self::default() }
    }

    fn take_from_host(&mut self, name: &str, given: &[(String, String)]) {
        match given.iter().find(|(known, _)| known == name) {
            Some((_, value)) => self.known.push((name.to_owned(), value.clone())),
            None => self.from_host.push(name.to_owned()),
        }
    }

    /// What is known of a variable. One that is empty counts as unset, as in the filter.
    pub fn variable(&self, name: &str) -> Variable<'_> {
        match self.known.iter().rev().find(|(known, _)| known == name) {
            Some((_, value)) if value.is_empty() => Variable::Unset,
            Some((_, value)) => Variable::Value(value),
            None if self.is_open || self.from_host.iter().any(|known| known == name) => {
                Variable::Unknown
            }
            None => Variable::Unset,
        }
    }

    /// Looks up a variable for the filter. OpenTelemetry's are taken as unset where they are not known.
    pub fn lookup(&self, name: &str) -> Option<String> {
        match self.variable(name) {
            Variable::Value(value) => Some(value.to_owned()),
            Variable::Unknown if !name.starts_with("OTEL_") => Some(UNKNOWN.to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn node(text: &str) -> Node {
        yaml::parse(text).unwrap().remove(0)
    }

    #[test]
    fn variables_are_known_or_the_hosts_or_unset() {
        let given = [("TOKEN".to_owned(), "t".to_owned()), ("OTHER".to_owned(), "o".to_owned())];
        let istio = "vmConfig: {env: [{name: A, value: a}, {name: B, valueFrom: HOST}, {name: TOKEN, valueFrom: HOST}, {name: E, value: ''}]}";
        let envoy = "vm_config: {environment_variables: {host_env_keys: [B, TOKEN], key_values: {A: a, E: ''}}}";
        let gateway = "env: {hostKeys: [B, TOKEN]}";
        let environments = [
            VmEnvironment::of_istio(&node(istio), &given),
            VmEnvironment::of_envoy(&node(envoy), &given),
            VmEnvironment::of_gateway(&node(gateway), &given),
        ];
        for (index, environment) in environments.iter().enumerate() {
            let a = if index < 2 { Variable::Value("a") } else { Variable::Unset };
            assert_eq!(environment.variable("A"), a, "{index}");
            assert_eq!(environment.variable("B"), Variable::Unknown, "{index}");
            assert_eq!(environment.variable("TOKEN"), Variable::Value("t"), "{index}");
            assert_eq!(environment.variable("E"), Variable::Unset, "{index}: empty");
            assert_eq!(environment.variable("OTHER"), Variable::Unset, "{index}: not passed on");
        }
        let open = VmEnvironment::open(&given);
        assert_eq!(open.variable("OTHER"), Variable::Value("o"));
        assert_eq!(open.variable("B"), Variable::Unknown);
        assert_eq!(open.lookup("OTEL_TRACES_SAMPLER"), None, "taken as unset");
        assert_eq!(open.lookup("B").as_deref(), Some(UNKNOWN));
    }
}
