//! A span as it arrived, with its resource and scope, and short ways to ask it things.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

/// One received span.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedSpan {
    /// The attributes of its resource.
    pub resource: Vec<KeyValue>,
    /// The schema URL of its resource.
    pub resource_schema_url: String,
    /// Its instrumentation scope.
    pub scope: InstrumentationScope,
    /// The schema URL of its scope.
    pub scope_schema_url: String,
    /// The span itself.
    pub span: Span,
}

impl ReceivedSpan {
    pub(crate) fn all_of(request: &ExportTraceServiceRequest) -> Vec<ReceivedSpan> {
        let mut spans = Vec::new();
        for of_resource in &request.resource_spans {
            let resource = of_resource.resource.clone().unwrap_or_default();
            for of_scope in &of_resource.scope_spans {
                spans.extend(of_scope.spans.iter().map(|span| ReceivedSpan {
                    resource: resource.attributes.clone(),
                    resource_schema_url: of_resource.schema_url.clone(),
                    scope: of_scope.scope.clone().unwrap_or_default(),
                    scope_schema_url: of_scope.schema_url.clone(),
                    span: span.clone(),
                }));
            }
        }
        spans
    }

    /// The value of an attribute.
    pub fn attr(&self, key: &str) -> Option<&AnyValue> {
        find(&self.span.attributes, key)
    }

    /// The value of a string attribute.
    pub fn str_attr(&self, key: &str) -> Option<String> {
        self.attr(key).and_then(string)
    }

    /// The value of an integer attribute.
    pub fn int_attr(&self, key: &str) -> Option<i64> {
        match self.attr(key)?.value {
            Some(Value::IntValue(value)) => Some(value),
            _ => None,
        }
    }

    /// The values of an attribute that is a list of strings.
    pub fn list_attr(&self, key: &str) -> Option<Vec<String>> {
        match &self.attr(key)?.value {
            Some(Value::ArrayValue(list)) => list.values.iter().map(string).collect(),
            _ => None,
        }
    }

    /// The keys of all attributes, in order.
    pub fn attr_keys(&self) -> Vec<&str> {
        self.span.attributes.iter().map(|attribute| attribute.key.as_str()).collect()
    }

    /// The value of a string attribute of the resource.
    pub fn resource_attr(&self, key: &str) -> Option<String> {
        find(&self.resource, key).and_then(string)
    }

    /// `service.name` of the resource, or nothing.
    pub fn service(&self) -> String {
        self.resource_attr("service.name").unwrap_or_default()
    }

    /// The trace id in lower-case hex.
    pub fn trace_id(&self) -> String {
        hex(&self.span.trace_id)
    }

    /// The span id in lower-case hex.
    pub fn span_id(&self) -> String {
        hex(&self.span.span_id)
    }

    /// The parent's span id in lower-case hex; empty for a root.
    pub fn parent_span_id(&self) -> String {
        hex(&self.span.parent_span_id)
    }

    /// Trace id and span id, both in lower-case hex, and `tracestate` of every link.
    pub fn links(&self) -> Vec<(String, String, String)> {
        let links = self.span.links.iter();
        links
            .map(|link| (hex(&link.trace_id), hex(&link.span_id), link.trace_state.clone()))
            .collect()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.span.name
    }

    /// The kind.
    pub fn kind(&self) -> SpanKind {
        self.span.kind()
    }

    /// The status code; unset when the span carries no status.
    pub fn status(&self) -> StatusCode {
        self.span.status.as_ref().map_or(StatusCode::Unset, |status| status.code())
    }

    /// From start to end.
    pub fn duration(&self) -> Duration {
        let (start, end) = (self.span.start_time_unix_nano, self.span.end_time_unix_nano);
        let nanos = end.checked_sub(start);
        Duration::from_nanos(nanos.unwrap_or_else(|| panic!("the span ends before it starts")))
    }
}

fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a AnyValue> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.as_ref()
}

fn string(value: &AnyValue) -> Option<String> {
    match &value.value {
        Some(Value::StringValue(text)) => Some(text.clone()),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
