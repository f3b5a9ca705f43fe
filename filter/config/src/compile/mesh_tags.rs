//! Istio's custom tags (`ProxyConfig.tracing.customTags`), from the node's metadata.
//!
//! ```text
//! {tag: {literal: {value}} | {environment: {name, defaultValue}} | {header: {name, defaultValue}}}
//! ```
//!
//! They are the mesh's, not this configuration's: what is odd about them is passed over.

use crate::Environment;
use crate::metadata::{entry, text};
use spanmesh_core::header_map::Pairs;
use spanmesh_core::semconv::names;
use spanmesh_core::span::HeaderTag;

/// Where they stand in the node's metadata.
const PATH: [&str; 3] = ["PROXY_CONFIG", "tracing", "customTags"];

/// One custom tag.
pub(super) enum Tag {
    /// Its value is known now.
    Fixed(String, String),
    /// Its value is that of a header field.
    Header(HeaderTag),
}

/// The custom tags of the mesh.
pub(super) fn tags(environment: &Environment<'_>) -> Vec<Tag> {
    let Some(object) = (environment.node_metadata)(&PATH) else { return Vec::new() };
    let mut tags = Vec::new();
    for (key, source) in Pairs::new(&object) {
        if let Some(key) = text(key).filter(|key| !names::is_of_span(key)) {
            tags.extend(tag(key, source, environment));
        }
    }
    tags
}

fn tag(key: &str, source: &[u8], environment: &Environment<'_>) -> Option<Tag> {
    let (kind, options) = Pairs::new(source).next()?;
    let option = |name| entry(options, name).and_then(text).map(str::to_owned);
    let default = || option("defaultValue");
    let value = match kind {
        b"literal" => option("value"),
        b"environment" => {
            let value = (environment.variable)(&option("name")?);
            value.filter(|value| !value.is_empty()).or_else(default)
        }
        b"header" => {
            let header = option("name")?.to_ascii_lowercase();
            return Some(Tag::Header(HeaderTag { key: key.into(), header, default: default() }));
        }
        _ => None,
    };
    value.map(|value| Tag::Fixed(key.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanmesh_core::header_map::serialise;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn object(entries: &[(&str, &[u8])]) -> Vec<u8> {
        serialise(entries.iter().map(|(key, value)| (key.as_bytes(), *value)))
    }

    /// The one tag `tag` with this source, in short.
    fn read(key: &str, source: &[u8]) -> Option<String> {
        let metadata = object(&[(key, source)]);
        let environment = Environment {
            variable: &|name| match name {
                "POD" => Some("cart-1".to_owned()),
                "EMPTY" => Some(String::new()),
                _ => None,
            },
            mesh_sampling: None,
            node_metadata: &|path| (path == PATH).then(|| metadata.clone()),
        };
        tags(&environment).pop().map(|tag| match tag {
            Tag::Fixed(key, value) => format!("{key}={value}"),
            Tag::Header(HeaderTag { key, header, default }) => {
                format!("{key}=<{header}> or {default:?}")
            }
        })
    }

    #[test]
    fn each_source_is_read_and_oddities_are_passed_over() {
        let of = |kind: &str, options: &[(&str, &[u8])]| object(&[(kind, &object(options))]);
        let cases: [(Vec<u8>, Option<&str>, &str); 14] = [
            (of("literal", &[("value", b"shop")]), Some("t=shop"), "a literal"),
            (of("environment", &[("name", b"POD")]), Some("t=cart-1"), "a variable"),
            (of("environment", &[("name", b"NONE")]), None, "one that is not set"),
            (
                of("environment", &[("defaultValue", b"d"), ("name", b"NONE")]),
                Some("t=d"),
                "its default",
            ),
            (
                of("environment", &[("name", b"EMPTY"), ("defaultValue", b"d")]),
                Some("t=d"),
                "empty is not set",
            ),
            (of("header", &[("name", b"X-Tenant")]), Some("t=<x-tenant> or None"), "a header"),
            (
                of("header", &[("name", b"a"), ("defaultValue", b"d")]),
                Some("t=<a> or Some(\"d\")"),
                "its default",
            ),
            (of("literal", &[]), None, "no value"),
            (of("header", &[("defaultValue", b"d")]), None, "no name"),
            (of("literal", &[("value", &5.0_f64.to_le_bytes())]), None, "a number"),
            (of("formatter", &[("value", b"%PROTOCOL%")]), None, "a kind of a later Istio"),
            (object(&[("literal", b"shop")]), None, "no object inside"),
            (b"shop".to_vec(), None, "no object at all"),
            (Vec::new(), None, "nothing"),
        ];
        for (source, expected, why) in cases {
            assert_eq!(read("t", &source).as_deref(), expected, "{why}");
        }
        let literal = of("literal", &[("value", b"x")]);
        assert_eq!(read("http.route", &literal), None, "an attribute of spanmesh's own");
        assert_eq!(read("", &literal), None, "no key");
    }
}
