//! The JSON Schema (draft 2020-12) of the configuration, made from the table of options.

use serde_json::{Value, json};

use super::options::{Kind, Opt, ROOT, SAMPLER};

/// The whole schema. `filter/core/config.schema.json` is this, pretty-printed.
pub fn generate() -> Value {
    let mut schema = of(&Kind::Object(&ROOT));
    if let Value::Object(entries) = &mut schema {
        entries.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        entries.insert("title".into(), json!("spanmesh plugin configuration"));
        entries.insert("$defs".into(), json!({"sampler": of(&SAMPLER)}));
    }
    schema
}

fn of(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Path => json!({"type": "string", "pattern": "^/[!-~]*$"}),
        Kind::Choice(words) => json!({"enum": words}),
        Kind::Integer(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        Kind::Ratio => json!({"type": "number", "minimum": 0, "maximum": 1}),
        Kind::Duration(low, high) => json!({"anyOf": [
            {"type": "integer", "minimum": low, "maximum": high},
            {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"},
        ]}),
        Kind::Attributes => json!({
            "type": "object",
            "propertyNames": {"minLength": 1},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        }),
        Kind::Headers => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[a-z0-9!#$%&'*+.^_`|~-]+$"},
            "additionalProperties": {"type": "string", "pattern": "^[\\t -~]*$"},
        }),
        Kind::Texts => json!({"type": "array", "items": of(&Kind::Text)}),
        Kind::Object([]) => {
            json!({"type": ["object", "null"], "additionalProperties": false})
        }
        Kind::Object(options) => object(options),
        Kind::OneOf(options) => one_of(options),
        Kind::Named(names, options) => json!({"anyOf": [of(names), one_of(options)]}),
        Kind::Sampler => json!({"$ref": "#/$defs/sampler"}),
    }
}

fn object(options: &[Opt]) -> Value {
    let required: Vec<_> = options
        .iter()
        .filter(|option| option.default.is_none())
        .map(|option| option.name)
        .collect();
    let properties = options.iter().map(|option| (option.name.to_owned(), property(option)));
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties.collect::<serde_json::Map<_, _>>(),
    });
    if let Value::Object(entries) = &mut schema
        && !required.is_empty()
    {
        entries.insert("required".into(), json!(required));
    }
    schema
}

fn one_of(options: &[Opt]) -> Value {
    let described = |option: &Opt| {
        let mut schema = of(&option.kind);
        if let Value::Object(entries) = &mut schema {
            entries.insert("description".into(), json!(option.meaning));
        }
        (option.name.to_owned(), schema)
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": options.iter().map(described).collect::<serde_json::Map<_, _>>(),
    })
}

/// An option that is not required may be null, which means its default.
fn property(option: &Opt) -> Value {
    let kind = of(&option.kind);
    let Some(default) = option.default else {
        return json!({"description": option.meaning, "allOf": [kind]});
    };
    let default: Value = serde_json::from_str(default).unwrap_or_default();
    json!({"description": option.meaning, "default": default, "anyOf": [kind, {"type": "null"}]})
}
