//! Names of spans (docs/http/http-spans.md and docs/rpc/rpc-spans.md, "Name").

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use super::rule::{Rule, Violation};
use super::value::text;
use crate::collector::ReceivedSpan;

pub(super) fn check(span: &ReceivedSpan, found: &mut Vec<Violation>) {
    let expected = match text(span, "rpc.system.name") {
        Some(system) => match text(span, "rpc.method") {
            Some("_OTHER") | None => system.to_owned(),
            Some(method) => method.to_owned(),
        },
        None => http_name(span),
    };
    if span.name() != expected {
        let what = format!("{:?}, not {expected:?}", span.name());
        found.push(Violation::new(Rule::Name, "name", what));
    }
}

fn http_name(span: &ReceivedSpan) -> String {
    let method = match text(span, "http.request.method") {
        Some("_OTHER") | None => "HTTP",
        Some(method) => method,
    };
    let target = match span.kind() {
        SpanKind::Client => text(span, "url.template"),
        _ => text(span, "http.route"),
    };
    target.map_or_else(|| method.to_owned(), |target| format!("{method} {target}"))
}
