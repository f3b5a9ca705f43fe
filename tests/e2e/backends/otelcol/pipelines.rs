//! What the Collector does with the spans: it samples whole traces, and makes metrics of spans.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Collector, OtelCollector, OtelcolConfig, SECONDS};

use super::super::compare::{Spans, assert_same};
use super::super::otlp_form;
use super::super::traffic::{COUNT, Traffic, reference};
use super::GRPC;
use crate::support::SOON;

/// Calls by span name, kind and status code, as the Collector names these.
type Calls = BTreeMap<[String; 3], u64>;

#[tokio::test]
async fn failed_traces_are_kept_and_every_span_is_counted() {
    let errors = json!([{"name": "errors", "type": "status_code",
                         "status_code": {"status_codes": ["ERROR"]}}]);
    let sink = Collector::start_unchecked("the Collector wrote them").await;
    let config = OtelcolConfig::forwarding_to(&sink).tail_sampling(errors).span_metrics();
    let collector = OtelCollector::start(&config.json()).await;
    let reference = reference().await;
    let kept = sampled(of_failed_traces(reference));
    assert!(!kept.is_empty() && kept.len() < COUNT);

    let sidecar = GRPC.sidecar(&config, "").await;
    let traffic = Traffic::send(&sidecar).await;
    let expected = calls_of(reference);
    let mut looks = Looks::within(SOON);
    let mut page = String::new();
    while looks.another().await && calls_on(&page) != expected {
        page = config.metrics_page().await;
    }
    assert_eq!(calls_on(&page), expected, "{page}");

    sink.wait_for_spans(kept.len(), 10 * SECONDS).await;
    // Whatever else is decided comes no later than the end.
    let log = collector.stop().await;
    let found = otlp_form::part(&sink.spans(), &traffic);
    assert_same(&found, &kept, &log);
}

/// The spans of traces with an error.
fn of_failed_traces(reference: &Spans) -> Spans {
    let has_failed = |span: &&Value| span["status"]["code"] == 2;
    let failed: BTreeSet<String> =
        reference.values().filter(has_failed).map(|span| span["trace"].to_string()).collect();
    let spans = reference.iter();
    let spans = spans.filter(|(_, span)| failed.contains(&span["trace"].to_string()));
    spans.map(|(case, span)| (case.clone(), span.clone())).collect()
}

/// What becomes of spans in the `tail_sampling` processor: it groups them anew by their traces, and
/// forgets the schema URLs.
fn sampled(mut spans: Spans) -> Spans {
    for span in spans.values_mut() {
        span["schema"] = json!({"of resource": "", "of scope": ""});
    }
    spans
}

fn calls_of(reference: &Spans) -> Calls {
    let mut calls = Calls::new();
    for span in reference.values() {
        let kind = if span["kind"] == 3 { "SPAN_KIND_CLIENT" } else { "SPAN_KIND_SERVER" };
        let is_error = span["status"]["code"] == 2;
        let status = if is_error { "STATUS_CODE_ERROR" } else { "STATUS_CODE_UNSET" };
        let key = [span["name"].as_str().unwrap(), kind, status].map(str::to_owned);
        *calls.entry(key).or_default() += 1;
    }
    calls
}

/// The calls that a page of metrics speaks of.
fn calls_on(page: &str) -> Calls {
    let lines =
        page.lines().filter_map(|line| line.strip_prefix("traces_span_metrics_calls_total{"));
    let mut calls = Calls::new();
    for line in lines {
        let (labels, count) = line.rsplit_once("} ").unwrap();
        let label = |name: &str| {
            let (_, rest) = labels.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let key = [label("span_name"), label("span_kind"), label("status_code")];
        *calls.entry(key).or_default() += count.parse::<u64>().unwrap();
    }
    calls
}
