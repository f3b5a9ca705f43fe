//! Everything that is checked of an export of OTLP.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::conventions::Conventions;
use super::rule::{Rule, Violation};
use super::{attributes, naming, requirements, resource, status, structure};
use crate::collector::ReceivedSpan;

/// What in an export breaks a rule.
pub fn violations_of(export: &ExportTraceServiceRequest) -> Vec<Violation> {
    let mut found = Vec::new();
    let empty = |of: &str| Violation::new(Rule::Envelope, of, "empty");
    if export.resource_spans.is_empty() {
        found.push(empty("resource_spans"));
    }
    for of_resource in &export.resource_spans {
        resource::check(&of_resource.resource.clone().unwrap_or_default(), &mut found);
        resource::check_schema_url("resource", &of_resource.schema_url, &mut found);
        if of_resource.scope_spans.is_empty() {
            found.push(empty("scope_spans"));
        }
        for of_scope in &of_resource.scope_spans {
            resource::check_scope(&of_scope.scope.clone().unwrap_or_default(), &mut found);
            resource::check_schema_url("scope", &of_scope.schema_url, &mut found);
            if of_scope.spans.is_empty() {
                found.push(empty("spans"));
            }
        }
    }
    for span in ReceivedSpan::all_of(export) {
        check(&span, &mut found);
    }
    found
}

fn check(span: &ReceivedSpan, found: &mut Vec<Violation>) {
    let already = found.len();
    structure::check(&span.span, found);
    if let Some(kind) = kind_of(span) {
        let list = Conventions::current();
        let of_kind = &list.spans[kind].attributes;
        let is_of_kind = |name: &str| {
            of_kind.contains_key(name) || list.extensions.attributes.contains_key(name)
        };
        attributes::check(&span.span.attributes, Rule::Unknown, is_of_kind, found);
        requirements::check(span, kind, found);
        naming::check(span, found);
        status::check(span, found);
    }
    for violation in &mut found[already..] {
        let span = format!(" (span {:?} {})", span.name(), span.span_id());
        violation.what.push_str(&span);
    }
}

/// The name of a span's kind in the list: it is of gRPC if it names an RPC system.
fn kind_of(span: &ReceivedSpan) -> Option<&'static str> {
    match (span.kind(), span.attr("rpc.system.name").is_some()) {
        (SpanKind::Server, false) => Some("http.server"),
        (SpanKind::Client, false) => Some("http.client"),
        (SpanKind::Server, true) => Some("grpc.server"),
        (SpanKind::Client, true) => Some("grpc.client"),
        _ => None,
    }
}
