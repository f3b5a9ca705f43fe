//! The list of the semantic conventions: `conformance/semantic-conventions.yaml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::conditions::Condition;

const FILE: &str = include_str!("../../conformance/semantic-conventions.yaml");

/// The facts of a version of the conventions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conventions {
    /// The version.
    pub version: String,
    /// The schema URL of resources and scopes that follow it.
    pub schema_url: String,
    /// Attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// Kinds of spans by the names that we give them.
    pub spans: BTreeMap<String, SpanConvention>,
    pub(super) grpc_status: GrpcStatusCodes,
    /// What a resource may have.
    pub resource: BTreeMap<String, Level>,
    /// What is ours.
    pub extensions: Extensions,
    /// Where we do otherwise.
    pub deviations: Vec<Deviation>,
}

/// An attribute.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: AttributeType,
    /// Whether names go on behind it, with a dot.
    #[serde(default)]
    pub template: bool,
    /// All values that are allowed; empty where any is.
    #[serde(default)]
    pub values: Vec<String>,
    /// Where it is published.
    pub source: String,
}

/// The types of the attributes in the list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum AttributeType {
    /// Text.
    #[serde(rename = "string")]
    Text,
    /// A number.
    #[serde(rename = "int")]
    Int,
    /// A list of texts.
    #[serde(rename = "string[]")]
    Texts,
}

/// A kind of span.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanConvention {
    /// The span kind.
    pub kind: Side,
    /// Where it is published.
    pub source: String,
    /// What it may have.
    pub attributes: BTreeMap<String, Level>,
}

/// The span kinds in the list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "as in OpenTelemetry")]
pub enum Side {
    Server,
    Client,
}

/// A requirement level.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(from = "WrittenLevel")]
#[allow(missing_docs, reason = "as in the conventions")]
pub enum Level {
    Required,
    Recommended,
    OptIn,
    /// Conditionally required.
    If(Condition),
    /// The same, and absent otherwise.
    Iff(Condition),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenLevel {
    Plain(PlainLevel),
    If(IfLevel),
    Iff(IffLevel),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PlainLevel {
    Required,
    Recommended,
    OptIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IfLevel {
    r#if: Condition,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IffLevel {
    iff: Condition,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrpcStatusCodes {
    pub names: Vec<String>,
    pub errors_of_servers: Vec<String>,
}

/// What is not of the conventions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extensions {
    /// Attributes of spans of every kind.
    pub attributes: BTreeMap<String, Attribute>,
    /// Values of `error.type`.
    pub error_types: Vec<String>,
}

/// An attribute that may be missing although it is required.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Of this kind of span.
    pub span: String,
    /// The attribute.
    pub attribute: String,
    /// It may be missing where this holds.
    pub unless: Condition,
    /// The reason.
    pub why: String,
}

impl Conventions {
    /// Those that spanmesh follows.
    pub fn current() -> &'static Conventions {
        static LIST: LazyLock<Conventions> = LazyLock::new(|| {
            let list = serde_yaml_ng::from_str(FILE);
            list.unwrap_or_else(|error| panic!("semantic-conventions.yaml: {error}"))
        });
        &LIST
    }

    /// What is said of an attribute of this key, and the name in the list.
    pub(super) fn attribute(&self, key: &str) -> Option<(&str, &Attribute)> {
        let lists = [&self.attributes, &self.extensions.attributes];
        let exact = lists.iter().find_map(|list| list.get_key_value(key));
        exact
            .filter(|(_, attribute)| !attribute.template)
            .or_else(|| self.template(key))
            .map(|(name, attribute)| (name.as_str(), attribute))
    }

    fn template(&self, key: &str) -> Option<(&String, &Attribute)> {
        self.attributes.iter().find(|(name, attribute)| {
            let rest = key.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('.'));
            attribute.template && rest.is_some_and(|rest| !rest.is_empty())
        })
    }
}

impl From<WrittenLevel> for Level {
    fn from(written: WrittenLevel) -> Level {
        match written {
            WrittenLevel::Plain(PlainLevel::Required) => Level::Required,
            WrittenLevel::Plain(PlainLevel::Recommended) => Level::Recommended,
            WrittenLevel::Plain(PlainLevel::OptIn) => Level::OptIn,
            WrittenLevel::If(level) => Level::If(level.r#if),
            WrittenLevel::Iff(level) => Level::Iff(level.iff),
        }
    }
}
