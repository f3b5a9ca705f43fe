//! The JSON Schema (draft 2020-12) of the configuration, made from the table of options.

use serde_json::{Value, json};

use super::options::matching::HEADER;
use super::options::propagation::{FRAMING, NONE};
use super::options::{Kind, MatchKey, Opt, ROOT, SAMPLER};
use spanmesh_core::propagation::Propagator;
use spanmesh_core::semconv::names;

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
            "additionalProperties": of(&Kind::Scalar),
        }),
        Kind::Scalar => json!({"type": ["string", "number", "boolean"]}),
        Kind::List(kind) => json!({"type": "array", "items": of(kind)}),
        Kind::OneOrMore(kind) => one_or_more(&of(kind)),
        Kind::SpanAttributes(kind) => json!({
            "type": "object",
            "propertyNames": {"minLength": 1, "not": {"anyOf": [
                {"enum": names::OF_SPANS},
                {"pattern": format!("^({})", names::OF_HEADERS.join("|").replace('.', "[.]"))},
            ]}},
            "additionalProperties": of(kind),
        }),
        Kind::Template => json!({"type": "string", "pattern": "^/"}),
        Kind::TextOr(kind, keys) => json!({"anyOf": [of(kind), one_matcher(keys)]}),
        Kind::Headers => json!({
            "type": "object",
            "propertyNames": {"pattern": FIELD_NAME},
            "additionalProperties": {"type": "string", "pattern": "^[\\t -~]*$"},
        }),
        Kind::Truth => json!({"type": "boolean"}),
        Kind::Number(low, high) => json!({"type": "number", "minimum": low, "maximum": high}),
        Kind::HeaderName => json!({"type": "string", "pattern": FIELD_NAME}),
        Kind::AnswerHeaders => {
            one_or_more(&json!({"type": "string", "pattern": FIELD_NAME, "not": {"enum": FRAMING}}))
        }
        Kind::Propagators(options) => {
            json!({"anyOf": [of(&Kind::PropagatorNames), object(options)]})
        }
        Kind::PropagatorNames => {
            let names: Vec<_> = Propagator::ALL.into_iter().map(Propagator::name).collect();
            json!({"anyOf": [
                {"type": "array", "uniqueItems": true, "items": {"enum": names}},
                {"const": [NONE]},
            ]})
        }
        Kind::Ranges => {
            one_or_more(&json!({"type": "string", "pattern": "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"}))
        }
        Kind::Some(words) => json!({"anyOf": [
            {"type": "boolean"},
            {"type": "array", "minItems": 1, "items": {"enum": words}},
        ]}),
        Kind::Rules(options) => json!({"type": "array", "items": object(options)}),
        Kind::NotEmpty(options) => {
            let mut schema = object(options);
            if let Value::Object(entries) = &mut schema {
                entries.insert("minProperties".into(), json!(1));
            }
            schema
        }
        Kind::Matcher(keys) => matcher(keys),
        Kind::HeaderMatchers => json!({
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": FIELD_NAME},
            "additionalProperties": matcher(&HEADER),
        }),
        Kind::Ports => one_or_more(&json!({"type": "integer", "minimum": 1, "maximum": 65_535})),
        Kind::Statuses => one_or_more(&json!({"anyOf": [
            {"type": "integer", "minimum": 100, "maximum": 599},
            {"type": "string", "pattern": "^[1-5][0-9]{2}(-[1-5][0-9]{2})?$"},
        ]})),
        Kind::Object([]) => {
            json!({"type": ["object", "null"], "additionalProperties": false})
        }
        Kind::Object(options) => object(options),
        Kind::OneOf(options) => one_of(options),
        Kind::Named(names, options) => json!({"anyOf": [of(names), one_of(options)]}),
        Kind::Sampler => json!({"$ref": "#/$defs/sampler"}),
    }
}

/// Lower-case HTTP field names.
const FIELD_NAME: &str = "^[a-z0-9!#$%&'*+.^_`|~-]+$";

fn one_or_more(item: &Value) -> Value {
    json!({"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]})
}

fn matcher(keys: &[MatchKey]) -> Value {
    one_or_more(&json!({"anyOf": [{"type": "string"}, one_matcher(keys)]}))
}

/// An object with one of these keys.
fn one_matcher(keys: &[MatchKey]) -> Value {
    let value = |key: &MatchKey| match key {
        MatchKey::Prefix | MatchKey::Suffix => json!({"type": "string", "minLength": 1}),
        MatchKey::Template => json!({"type": "string", "pattern": "^/"}),
        MatchKey::Regex => json!({"type": "string", "format": "regex"}),
        MatchKey::Present | MatchKey::Absent => json!({"const": true}),
        MatchKey::AtLeast => json!({"type": "number"}),
    };
    let properties = keys.iter().map(|key| (key.name().to_owned(), value(key)));
    json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": properties.collect::<serde_json::Map<_, _>>(),
    })
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
