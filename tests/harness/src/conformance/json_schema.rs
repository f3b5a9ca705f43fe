//! The forms in JSON, by their published descriptions.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

static OTLP: LazyLock<Validator> =
    LazyLock::new(|| validator(include_str!("../../conformance/otlp-trace.schema.json")));
static ZIPKIN: LazyLock<Validator> =
    LazyLock::new(|| validator(include_str!("../../conformance/zipkin-v2.schema.json")));

/// How many faults of a document are told.
const MOST: usize = 8;

/// What an export in OTLP/JSON has against the mapping (opentelemetry-proto v1.11.0,
/// docs/specification.md, "JSON Protobuf Encoding").
pub fn otlp_json_faults(text: &[u8]) -> Vec<String> {
    faults(&OTLP, text)
}

/// What a list of spans has against Zipkin's zipkin2-api.yaml.
pub fn zipkin_json_faults(text: &[u8]) -> Vec<String> {
    faults(&ZIPKIN, text)
}

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("the schema is one")
}

fn faults(validator: &Validator, text: &[u8]) -> Vec<String> {
    match serde_json::from_slice::<Value>(text) {
        Ok(document) => {
            let errors = validator.iter_errors(&document).take(MOST);
            errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
        Err(error) => vec![error.to_string()],
    }
}
