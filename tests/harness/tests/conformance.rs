//! The collector's checks cannot be forgotten: it panics with what it saw.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use spanmesh_harness::{Allowance, Client, Collector, Request, Rule};

const JSON: &str = "application/json";

/// An export with the faults that a change makes, in OTLP/JSON.
fn export(change: impl FnOnce(&mut Value)) -> Request {
    let text = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let schema = "https://opentelemetry.io/schemas/1.44.0";
    let mut span = json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7",
        "name": "GET", "kind": 2, "flags": 257,
        "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": "1544712660001000000",
        "attributes": [text("http.request.method", "GET"), text("url.path", "/"),
                       text("url.scheme", "http")],
    });
    change(&mut span);
    let resource = json!([
        text("service.name", "shop"),
        text("telemetry.sdk.name", "spanmesh"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", "1")
    ]);
    let scope = json!({"name": "spanmesh", "version": env!("CARGO_PKG_VERSION")});
    let scope_spans = json!([{"scope": scope, "spans": [span], "schemaUrl": schema}]);
    let export = json!({"resourceSpans": [{"resource": {"attributes": resource},
        "scopeSpans": scope_spans, "schemaUrl": schema}]});
    Request::post("/v1/traces", export.to_string()).header("content-type", JSON)
}

fn zipkin(span: &Value) -> Request {
    Request::post("/api/v2/spans", json!([span]).to_string()).header("content-type", JSON)
}

async fn received(request: &Request) -> Collector {
    let collector = Collector::start().await;
    Client::connect(collector.port()).await.send(request).await;
    collector
}

/// What a panic says, if there is one.
fn complaint<T>(act: impl FnOnce() -> T) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(act)).err()?;
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
}

#[tokio::test]
async fn what_keeps_the_rules_is_no_matter() {
    let collector = received(&export(|_| {})).await;
    assert_eq!(collector.spans().len(), 1);
    assert_eq!(complaint(|| drop(collector)), None);
}

#[tokio::test]
async fn what_breaks_a_rule_fails_whoever_asks_and_whoever_does_not() {
    let numbers = |span: &mut Value| span["kind"] = json!("SPAN_KIND_SERVER");
    let rows = [
        (export(|span| span["name"] = json!("GET /")), "Name name"),
        (export(|span| span["startTimeUnixNano"] = json!(1)), "OtlpJson OTLP/HTTP JSON"),
        (export(numbers), "OtlpJson OTLP/HTTP JSON"),
        (export(|span| span["colour"] = json!("red")), "Decodable OTLP/HTTP JSON"),
        (
            zipkin(
                &json!({"traceId": "a3ce929d0e0e4736", "id": "00f067aa0ba902b7", "name": "GET"}),
            ),
            "ZipkinJson Zipkin JSON",
        ),
        (zipkin(&json!({"traceId": "a3ce929d0e0e4736"})), "Decodable Zipkin JSON"),
    ];
    for (request, expected) in rows {
        let collector = received(&request).await;
        let questions: [fn(&Collector); 3] = [
            |collector| drop(collector.spans()),
            |collector| drop(collector.zipkin_spans()),
            |collector| drop(collector.requests()),
        ];
        for ask in questions {
            let told = complaint(|| ask(&collector)).expect("a panic");
            assert!(told.contains(expected), "{told}, not {expected}");
        }
        let told = complaint(|| drop(collector)).expect("a panic");
        assert!(told.contains(expected), "{told}, not {expected}");
    }
}

#[tokio::test]
async fn what_a_test_wants_otherwise_it_says_with_its_reason() {
    let team = json!({"key": "team", "value": {"stringValue": "a"}});
    let with_team = |span: &mut Value| span["attributes"].as_array_mut().unwrap().push(team);
    let collector = received(&export(with_team)).await;
    let told = complaint(|| collector.spans()).expect("a panic");
    assert!(told.contains("Unknown team"), "{told}");
    collector.allow(Allowance::of(Rule::Name, &["*"], "another rule"));
    let told = complaint(|| collector.spans()).expect("a panic");
    assert!(told.contains("allowed: Name *, because another rule"), "{told}");
    collector.allow(Allowance::attributes(&["te*"], "this test has it"));
    assert_eq!(collector.spans().len(), 1);
    assert!(complaint(|| Allowance::attributes(&["a"], " ")).is_some(), "no reason");
}

/// What was forgotten was seen all the same.
#[tokio::test]
async fn clearing_a_collector_forgives_nothing() {
    let collector = received(&export(|span| span["flags"] = json!(0))).await;
    collector.clear();
    assert!(complaint(|| drop(collector)).expect("a panic").contains("Flags flags"));
}
