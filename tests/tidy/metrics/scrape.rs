//! The scrape configuration for Prometheus.

use regex_lite::Regex;
use serde_json::Value;
use spanmesh_core::counters::Counter;

use super::{DROPPED, read};

/// The name and the reason of a metric after the relabelling, by Prometheus' rules: expressions match
/// the whole value, `$1` is their first group.
fn relabelled(rules: &Value, metric: &str) -> (String, Option<String>) {
    let (mut name, mut reason) = (metric.to_owned(), None);
    for rule in rules.as_array().expect("a list") {
        assert_eq!(rule["source_labels"][0], "__name__", "{rule}");
        let pattern = format!("^(?:{})$", rule["regex"].as_str().unwrap());
        let Some(groups) = Regex::new(&pattern).unwrap().captures(&name) else { continue };
        let replacement = rule["replacement"].as_str().unwrap_or("$1");
        let value = replacement.replace("$1", groups.get(1).map_or("", |group| group.as_str()));
        match rule["target_label"].as_str() {
            Some("__name__") => name = value,
            Some("reason") => reason = Some(value),
            other => panic!("{other:?}"),
        }
    }
    (name, reason)
}

#[test]
fn reasons_become_a_label() {
    let scrape: Value = serde_yaml_ng::from_str(&read("prometheus-scrape.yaml")).unwrap();
    let scrape = &scrape["scrape_configs"][0];
    assert_eq!(scrape["metrics_path"], "/stats/prometheus");
    let rules = &scrape["metric_relabel_configs"];
    let mut reasons = 0;
    for metric in Counter::ALL.map(Counter::name) {
        let expected = match metric.strip_prefix(DROPPED) {
            Some(reason) => {
                reasons += 1;
                (DROPPED.to_owned(), reason.strip_prefix('_').map(str::to_owned))
            }
            None => (metric.to_owned(), None),
        };
        assert_eq!(relabelled(rules, metric), expected);
    }
    assert!(reasons >= 5, "{reasons}");
    // Where Envoy has made the label already.
    assert_eq!(relabelled(rules, DROPPED), (DROPPED.to_owned(), None));
}
