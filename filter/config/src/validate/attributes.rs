//! Checks attributes that a configuration adds to spans, and templates of paths.

use spanmesh_json::{Map, Value};

use super::Checker;
use crate::options::Kind;
use spanmesh_core::rules::check_template;
use spanmesh_core::semconv::names;

/// Where attributes of spans get their values from.
const SOURCES: [&str; 3] = ["constant", "environment", "node_metadata"];

impl Checker {
    /// Values under keys of attributes, none of which is one that spanmesh writes itself.
    pub(super) fn span_attributes(&mut self, value: &Value, kind: &Kind) {
        self.entries(value, |checker, key, value| {
            if names::is_of_span(key) {
                checker.push("is written by spanmesh itself".into());
            }
            checker.check(value, kind);
        });
    }

    /// An attribute has one source.
    pub(super) fn attributes_written_twice(&mut self, root: &Value) {
        let attributes = root.get("attributes");
        let entries = |source: &str| attributes?.get(source)?.as_object();
        for (index, source) in SOURCES.into_iter().enumerate() {
            for key in entries(source).into_iter().flat_map(Map::keys) {
                let has_key =
                    |earlier: &&&str| entries(earlier).is_some_and(|e| e.contains_key(key));
                if let Some(earlier) = SOURCES.iter().take(index).find(has_key) {
                    self.below(&format!(".attributes.{source}.{key}"), |checker| {
                        checker.push(format!("is in attributes.{earlier} too"));
                    });
                }
            }
        }
    }

    pub(super) fn template(&mut self, value: &Value) {
        match value.as_str().map(check_template) {
            Some(Ok(())) => {}
            Some(Err(reason)) => self.push(format!("is no path template: {reason}")),
            None => self.check(value, &Kind::Text),
        }
    }
}
