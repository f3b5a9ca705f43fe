//! The alert rules for Prometheus.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::promql::Uses;
use super::read;

/// A file of rules, as Prometheus has it (`rulefmt`); it refuses any other key, too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    alert: String,
    expr: String,
    #[serde(rename = "for")]
    wait: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

/// A duration of Prometheus with one unit.
fn is_duration(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    number.parse::<u64>().is_ok() && ["s", "m", "h", "d"].contains(&&text[number.len()..])
}

#[test]
fn every_rule_asks_for_metrics_that_exist() {
    let file: File = serde_yaml_ng::from_str(&read("prometheus-alerts.yaml")).unwrap();
    let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for group in &file.groups {
        assert!(!group.name.is_empty() && !group.rules.is_empty());
        for Rule { alert, expr, wait, labels, annotations } in &group.rules {
            assert!(names.insert(alert.clone()), "{alert} stands there twice");
            assert!(is_duration(wait), "{alert}: {wait}");
            let severity = labels["severity"].as_str();
            assert!(["info", "warning", "critical"].contains(&severity), "{alert}: {severity}");
            let uses = Uses::check(expr);
            assert!(expr.contains(" > "), "{alert} is always on: {expr}");
            for text in [&annotations["summary"], &annotations["description"]] {
                assert_eq!(text.matches("{{").count(), text.matches("}}").count(), "{alert}");
                for rest in text.split("$labels.").skip(1) {
                    let label = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next();
                    assert!(uses.gives(label.unwrap()), "{alert}: {text}");
                }
            }
            seen.extend(uses.metrics);
        }
    }
    for metric in [
        "spanmesh_spans_dropped",
        "spanmesh_export_failures",
        "spanmesh_spans_queued",
        "spanmesh_configuration_refused",
        "spanmesh_export_duration_milliseconds_bucket",
    ] {
        assert!(seen.contains(metric), "{metric} alerts nobody");
    }
}
