//! What tools ask of a configuration that the filter itself does not: nothing here is part of the module.

use spanmesh_core::rules::Match;
use spanmesh_json::Value;

use crate::{Environment, compile, environment, otel_environment, structure};

/// The configuration as it stands once environment variables are replaced and OpenTelemetry's have filled
/// what it leaves out: what [`crate::Config::resolve`] checks and compiles. `None` where it cannot be read.
pub fn filled(bytes: &[u8], surroundings: &Environment<'_>) -> Option<Value> {
    let mut value = spanmesh_json::parse(bytes).ok().or_else(|| structure::decode(bytes))?;
    environment::substitute(&mut value, surroundings.variable);
    otel_environment::apply(&mut value, surroundings);
    Some(value)
}

/// What the value of a rule's `match` asks of requests, as it is compiled for the filter.
pub fn request_match(value: &Value) -> Match {
    compile::request_match(value)
}

/// One text with its references to environment variables replaced; `lookup` is asked for each.
pub fn expand(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    environment::expand(text, lookup)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_configuration_is_shown_as_it_is_compiled() {
        let variable = |name: &str| match name {
            "CLUSTER" => Some("collector".to_owned()),
            "OTEL_TRACES_SAMPLER" => Some("always_off".to_owned()),
            _ => None,
        };
        let surroundings =
            Environment { variable: &variable, mesh_sampling: None, node_metadata: &|_| None };
        let bytes = br#"{"exporter": {"zipkin": {"cluster": "${env:CLUSTER}"}}}"#;
        let value = filled(bytes, &surroundings).unwrap();
        let text = r#"{"exporter":{"zipkin":{"cluster":"collector"}},"sampler":"always_off"}"#;
        assert_eq!(value.to_string(), text);
        assert_eq!(filled(b"no", &surroundings), None);
        assert_eq!(expand("${env:CLUSTER}-${env:NONE:-b}", &variable), "collector-b");
    }

    #[test]
    fn a_match_is_compiled_alone() {
        let value = spanmesh_json::parse(br#"{"path": ["/a", {"prefix": "/b"}], "method": "GET"}"#);
        let matched = request_match(&value.unwrap());
        assert_eq!((matched.paths.len(), matched.conditions.method.is_some()), (2, true));
    }
}
