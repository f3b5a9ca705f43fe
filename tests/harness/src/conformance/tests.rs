//! Each rule and exports that break it, and it alone.

mod broken;
mod good;
mod json;
mod list;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::{Rule, violations_of};

/// The rules that an export breaks.
fn rules_broken(export: &ExportTraceServiceRequest) -> Vec<Rule> {
    let mut rules: Vec<Rule> = violations_of(export).iter().map(|found| found.rule).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn span_of(export: &mut ExportTraceServiceRequest) -> &mut Span {
    &mut export.resource_spans[0].scope_spans[0].spans[0]
}
