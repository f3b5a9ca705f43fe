//! The dashboard for Grafana.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;
use spanmesh_core::span_metrics::{CALLS, DURATION};
use spanmesh_harness::paths;

use super::promql::Uses;
use super::{DROPPED, read};

fn dashboard() -> Value {
    serde_json::from_str(&read("grafana-dashboard.json")).unwrap()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

/// The names behind `{{` in a legend.
fn labels_in(legend: &str) -> impl Iterator<Item = &str> {
    legend.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap().trim())
}

#[test]
fn it_is_what_grafanas_schema_says() {
    let mut check = Command::new(paths::grafana_python())
        .arg(paths::repository().join("tests/tidy/metrics/dashboard.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = read("grafana-dashboard.json");
    check.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    let count = items(&dashboard()["panels"]).count();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), format!("{count} panels"));
    assert!(output.status.success());
}

#[test]
fn every_panel_asks_for_metrics_that_exist() {
    let dashboard = dashboard();
    let mut seen = BTreeSet::new();
    for panel in items(&dashboard["panels"]).filter(|panel| panel["type"] != "row") {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel:#}");
        let mut ids = BTreeSet::new();
        for target in items(&panel["targets"]) {
            let text = target["expr"].as_str().unwrap().replace("$__rate_interval", "5m");
            let uses = Uses::check(&text);
            for label in labels_in(target["legendFormat"].as_str().unwrap()) {
                assert!(uses.gives(label), "{label} in the legend of {text}");
            }
            seen.extend(uses.metrics);
            assert!(ids.insert(target["refId"].as_str().unwrap()), "{target:#}");
        }
        assert!(!ids.is_empty(), "{panel:#}");
    }
    let buckets = format!("{DURATION}_bucket");
    for metric in [CALLS, &buckets, DROPPED, "spanmesh_spans_queued", "spanmesh_export_failures"] {
        assert!(seen.contains(metric), "{metric} is not shown");
    }
}

#[test]
fn every_variable_is_defined() {
    let dashboard = dashboard();
    let variables = &dashboard["templating"]["list"];
    let names: BTreeSet<&str> = items(variables).map(|it| it["name"].as_str().unwrap()).collect();
    let mut used = BTreeSet::new();
    let expressions = items(&dashboard["panels"])
        .flat_map(|panel| panel["targets"].as_array().into_iter().flatten())
        .map(|target| &target["expr"]);
    let queries = items(variables).map(|it| &it["query"]["query"]);
    for text in expressions.chain(queries).filter_map(Value::as_str) {
        for rest in text.split('$').skip(1) {
            used.insert(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap());
        }
        // `label_values(SELECTOR, LABEL)`
        if let Some(query) = text.strip_prefix("label_values(") {
            let (selector, label) = query.strip_suffix(')').unwrap().rsplit_once(", ").unwrap();
            let uses = Uses::check(selector);
            assert!(
                uses.metrics.iter().all(|name| super::labels_of(name).unwrap().contains(label)),
                "{text}"
            );
        }
    }
    used.remove("__rate_interval");
    used.insert("datasource");
    assert_eq!(used, names);
}

#[test]
fn panels_stand_side_by_side() {
    let dashboard = dashboard();
    let mut ids = BTreeSet::new();
    let mut cells = BTreeSet::new();
    for panel in items(&dashboard["panels"]) {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel:#}");
        let place = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{panel:#}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(cells.insert((x, y)), "two panels at {x}, {y}: {panel:#}");
            }
        }
    }
}
