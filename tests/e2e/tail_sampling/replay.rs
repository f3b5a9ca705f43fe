//! Recorded spans, given to a real Collector that samples by the tail.

use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value as Is};
use serde_json::{Value, json};
use spanmesh_harness::{
    Client, Collector, OtelCollector, ReceivedSpan, Request, SECONDS, free_port,
};
use tokio::time::sleep;

/// How long the Collector waits for the spans of a trace.
const DECISION_WAIT: Duration = Duration::from_secs(2);
/// Spans in one export.
const BATCH: usize = 100;

/// A recorded span in the JSON form of OTLP, to which an application's attributes can be added.
#[derive(Clone, Debug)]
pub struct Recorded(Value);

impl Recorded {
    /// What the Collector may ask about: ids, kind, times, status and attributes.
    pub fn new(span: &ReceivedSpan) -> Recorded {
        let attributes = span.span.attributes.iter();
        let attributes = attributes.map(|it| json!({"key": it.key, "value": any(&it.value)}));
        Recorded(json!({
            "traceId": span.trace_id(),
            "spanId": span.span_id(),
            "parentSpanId": span.parent_span_id(),
            "name": span.name(),
            "kind": span.kind() as i32,
            "startTimeUnixNano": span.span.start_time_unix_nano.to_string(),
            "endTimeUnixNano": span.span.end_time_unix_nano.to_string(),
            "attributes": attributes.collect::<Vec<_>>(),
            "status": {"code": span.status() as i32},
        }))
    }

    /// Adds an attribute, such as `{"intValue": "7"}`, if there is one.
    pub fn with(mut self, key: &str, value: Option<Value>) -> Recorded {
        let attributes = self.0["attributes"].as_array_mut().unwrap();
        attributes.extend(value.map(|value| json!({"key": key, "value": value})));
        self
    }

    /// Has it last exactly so long.
    pub fn lasting(mut self, duration: Duration) -> Recorded {
        let start: u128 = self.0["startTimeUnixNano"].as_str().unwrap().parse().unwrap();
        self.0["endTimeUnixNano"] = (start + duration.as_nanos()).to_string().into();
        self
    }
}

/// What a Collector with these policies samples of the spans.
pub async fn through_the_collector(
    policies: Value,
    spans: impl Iterator<Item = Recorded>,
) -> Vec<ReceivedSpan> {
    let sink = Collector::start_unchecked("the Collector wrote them, without resource").await;
    let port = free_port();
    let collector = OtelCollector::start(&config(port, sink.port(), policies)).await;
    let mut application = Client::connect(port).await;
    let spans: Vec<Value> = spans.map(|Recorded(span)| span).collect();
    for spans in spans.chunks(BATCH) {
        let export = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
        let request = Request::post("/v1/traces", export.to_string());
        let answer = application.send(&request.header("content-type", "application/json")).await;
        assert_eq!((answer.status, answer.text().as_ref()), (200, r#"{"partialSuccess":{}}"#));
    }
    // It looks once a second whether a trace has waited long enough.
    sleep(DECISION_WAIT + 2 * SECONDS).await;
    let log = collector.stop().await;
    assert!(log.contains("Shutdown complete"), "{log}");
    sink.spans()
}

fn config(port: u16, sink: u16, policies: Value) -> Value {
    let wait = format!("{}s", DECISION_WAIT.as_secs());
    let endpoint = format!("127.0.0.1:{port}");
    let sink = json!({"endpoint": format!("http://127.0.0.1:{sink}"), "compression": "none"});
    json!({
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": endpoint}}}},
        "processors": {"tail_sampling": {"decision_wait": wait, "policies": policies}},
        "exporters": {"otlp_http": sink},
        "service": {"pipelines": {"traces": {
            "receivers": ["otlp"], "processors": ["tail_sampling"], "exporters": ["otlp_http"],
        }}},
    })
}

/// A value in the JSON form, of the types that the filter writes.
fn any(value: &Option<AnyValue>) -> Value {
    match value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Is::StringValue(text)) => json!({"stringValue": text}),
        Some(Is::IntValue(number)) => json!({"intValue": number.to_string()}),
        other => panic!("another type: {other:?}"),
    }
}
