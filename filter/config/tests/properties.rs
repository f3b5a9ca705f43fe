//! Any bytes are a configuration, or refused with reasons.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use spanmesh_config::{Config, Environment};

proptest! {
    #[test]
    fn any_configuration_is_accepted_or_refused_with_reasons(
        text in r#"[{}\[\]":,a-z0-9_ ]{0,60}"#,
        raw in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        for json in [text.as_bytes(), raw.as_slice()] {
            if let Err(problems) = Config::parse(json, &|_| None) {
                prop_assert!(!problems.is_empty());
            }
        }
    }

    #[test]
    fn any_environment_is_taken_or_warned_of(
        value in ".{0,20}",
        percentage: f64,
        metadata in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let smallest = br#"{"exporter": {"otlp_http": {"cluster": "c"}},
            "attributes": {"environment": {"a": "A"}, "node_metadata": {"b": ["C", "D"]}}}"#;
        let environment = Environment {
            variable: &|_| Some(value.clone()),
            mesh_sampling: Some(percentage),
            node_metadata: &|_| Some(metadata.clone()),
        };
        if let Err(problems) = Config::resolve(smallest, &environment) {
            // Sizes that are each good alone may contradict each other, and header values are
            // checked like configured ones.
            prop_assert!(!problems.is_empty());
        }
    }
}
