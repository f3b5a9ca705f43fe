//! Resources and scopes.

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::attributes;
use super::conventions::{Conventions, Level};
use super::rule::{Rule, Violation};

/// The version of the workspace, which is the filter's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn check(resource: &Resource, found: &mut Vec<Violation>) {
    let listed = &Conventions::current().resource;
    let is_of_resource = |name: &str| listed.contains_key(name);
    attributes::check(&resource.attributes, Rule::Resource, is_of_resource, found);
    let text = |key: &str| {
        let attribute = resource.attributes.iter().find(|attribute| attribute.key == key)?;
        match &attribute.value.as_ref()?.value {
            Some(Value::StringValue(text)) => Some(text.as_str()),
            _ => None,
        }
    };
    for (key, level) in listed {
        if *level == Level::Required && text(key).is_none_or(str::is_empty) {
            found.push(Violation::new(Rule::Resource, key, "missing or empty"));
        }
    }
    if text("telemetry.sdk.language").is_some_and(|language| language != "rust") {
        found.push(Violation::new(Rule::Resource, "telemetry.sdk.language", "not rust"));
    }
    if resource.dropped_attributes_count > 0 {
        found.push(Violation::new(Rule::Resource, "dropped_attributes_count", "not 0"));
    }
}

pub(super) fn check_scope(scope: &InstrumentationScope, found: &mut Vec<Violation>) {
    let InstrumentationScope { name, version, attributes, dropped_attributes_count } = scope;
    if name != "spanmesh" || version != VERSION {
        found.push(Violation::new(Rule::Scope, "scope", format!("{name:?} {version:?}")));
    }
    if !attributes.is_empty() || *dropped_attributes_count > 0 {
        found.push(Violation::new(Rule::Scope, "scope", "has attributes"));
    }
}

pub(super) fn check_schema_url(of: &str, url: &str, found: &mut Vec<Violation>) {
    let expected = &Conventions::current().schema_url;
    if url != expected {
        found.push(Violation::new(Rule::SchemaUrl, of, format!("{url:?}, not {expected:?}")));
    }
}
