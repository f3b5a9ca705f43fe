//! The access-log format of `istio/access-log.yaml`, on both sides of a sidecar.

use std::fs;

use serde_json::{Value, json};
use spanmesh_harness::{AccessLog, Request, paths};

use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar};

#[tokio::test]
async fn istios_log_lines_lead_to_spans() {
    let file = paths::repository().join("istio/access-log.yaml");
    let mesh: Value = serde_yaml_ng::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let format = mesh["meshConfig"]["accessLogFormat"].as_str().unwrap();
    let format: Value = serde_json::from_str(format).unwrap();
    let log = AccessLog::create();
    let sidecar = Sidecar::start_with(json!({"filter_state": true}), |config| {
        config
            .add_access_log("inbound", format.clone(), &log)
            .add_access_log("outbound", format, &log)
    })
    .await;
    for (listener, path) in [(INBOUND, "/in?a=1"), (OUTBOUND, "/out")] {
        let request = Request::get(path).host("a.example");
        assert_eq!(sidecar.send(listener, request).await.status, 200);
    }
    let spans = sidecar.collector.wait_for_spans(2, SOON).await;
    let lines = log.wait_for_entries(2).await;
    assert_eq!(lines.len(), 2);
    for line in &lines {
        let found = spans.iter().find(|span| line["span_id"] == json!(span.span_id()));
        let span = found.unwrap_or_else(|| panic!("no span of {line}"));
        assert_eq!(line["trace_id"], json!(span.trace_id()));
        assert_eq!((&line["sampled"], &line["method"]), (&json!("true"), &json!("GET")));
    }
    let mut paths: Vec<_> = lines.iter().map(|line| line["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/in?a=1", "/out"]);
}
