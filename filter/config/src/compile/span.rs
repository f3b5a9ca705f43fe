//! Compiles what spans hold: attributes, routes, redaction, limits.

use std::rc::Rc;

use spanmesh_json::Value;

use super::mesh_tags::{self, Tag};
use super::{Section, attributes, matching, text, texts};
use crate::options::{ATTRIBUTES, LIMITS, REDACT};
use crate::{Environment, metadata};
use spanmesh_core::otlp::attributes::AttributeLimits;
use spanmesh_core::otlp::messages::KeyValue;
use spanmesh_core::redact::{Detectors, RedactedPaths, Redaction};
use spanmesh_core::rules::TextMatcher;
use spanmesh_core::span::{Extras, FixedAttribute, HeaderAttribute, Routes, SpanSettings};

/// The settings of all spans.
pub(super) fn compile(
    root: &Section<'_>,
    routes: Rc<Routes>,
    environment: &Environment<'_>,
) -> SpanSettings {
    let limits = root.section("limits", &LIMITS);
    let limits = AttributeLimits {
        count: u32::try_from(limits.size("attribute_count_limit")).unwrap_or(u32::MAX),
        value_length: limits.size("attribute_value_length_limit"),
        header_bytes: limits.size("header_bytes_limit"),
    };
    SpanSettings {
        redaction: redaction(&root.section("redact", &REDACT)),
        limits,
        routes,
        extras: extras(&root.section("attributes", &ATTRIBUTES), &limits, environment),
    }
}

/// Templates of paths.
pub(super) fn routes(root: &Section<'_>) -> Rc<Routes> {
    Rc::new(Routes::new(texts(&root.value("routes")), root.truth("mask_ids")))
}

fn redaction(redact: &Section<'_>) -> Redaction {
    let mut paths = RedactedPaths::default();
    for path in redact.value("paths").as_array().into_iter().flatten() {
        // Both have been found good.
        let _ = match path.get("regex") {
            Some(pattern) => paths.add_regex(&text(pattern)),
            None => paths.add_template(&text(path)),
        };
    }
    let mut headers = matching::any_of(&redact.value("headers"));
    for matcher in &mut headers.0 {
        // Names arrive in lower case.
        if let TextMatcher::Prefix(part) | TextMatcher::Suffix(part) = matcher {
            part.make_ascii_lowercase();
        }
    }
    let detectors = texts(&redact.value("detectors"));
    let is_on = |name: &str| detectors.iter().any(|detector| detector == name);
    Redaction {
        query: matching::any_of(&redact.value("query")),
        headers,
        paths,
        detectors: Detectors {
            card_number: is_on("card_number"),
            email: is_on("email"),
            bearer_token: is_on("bearer_token"),
        },
    }
}

fn extras(
    options: &Section<'_>,
    limits: &AttributeLimits,
    environment: &Environment<'_>,
) -> Extras {
    let mut fixed = fixed(options, environment);
    let mut header_tags = Vec::new();
    for tag in mesh_tags::tags(environment) {
        // What is configured wins over the mesh.
        let is_free = |key: &str| fixed.iter().all(|known| known.key != key);
        match tag {
            Tag::Fixed(key, value) if is_free(&key) => fixed.push(KeyValue::string(key, value)),
            Tag::Header(tag) if is_free(&tag.key) => header_tags.push(tag),
            _ => {}
        }
    }
    let headers = |name: &str, attribute: fn(&str) -> HeaderAttribute| {
        let names = texts(&options.value(name));
        let is_first =
            |(index, name): &(usize, &String)| !names.iter().take(*index).any(|n| n == *name);
        names.iter().enumerate().filter(is_first).map(|(_, name)| attribute(name)).collect()
    };
    Extras {
        fixed: fixed.iter().filter_map(|value| FixedAttribute::new(value, limits)).collect(),
        header_tags,
        request_headers: headers("request_headers", HeaderAttribute::of_request),
        response_headers: headers("response_headers", HeaderAttribute::of_response),
        baggage: texts(&options.value("baggage")),
    }
}

/// Attributes whose values are known now.
fn fixed(options: &Section<'_>, environment: &Environment<'_>) -> Vec<KeyValue> {
    let mut fixed = attributes(&options.value("constant"));
    for (key, variable) in options.value("environment").as_object().into_iter().flatten() {
        let value = (environment.variable)(&text(variable));
        fixed.extend(value.filter(|v| !v.is_empty()).map(|value| KeyValue::string(key, value)));
    }
    for (key, path) in options.value("node_metadata").as_object().into_iter().flatten() {
        let path: Vec<&str> = matching::items(path).iter().filter_map(Value::as_str).collect();
        let value = (environment.node_metadata)(&path);
        if let Some(value) = value.and_then(|bytes| metadata::scalar(&bytes)) {
            fixed.push(KeyValue::new(key, value));
        }
    }
    fixed
}
