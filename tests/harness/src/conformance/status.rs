//! Status and `error.type` (docs/http/http-spans.md, "Status"; model/rpc/spans.yaml).

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::conventions::Conventions;
use super::rule::{Rule, Violation};
use super::value::{int, text};
use crate::collector::ReceivedSpan;

pub(super) fn check(span: &ReceivedSpan, found: &mut Vec<Violation>) {
    let status = span.status();
    if status == StatusCode::Ok {
        found.push(Violation::new(Rule::Status, "status", "Ok is the application's to set"));
    }
    let description = span.span.status.as_ref().map_or("", |status| &status.message);
    if !description.is_empty() {
        let what = format!("a description: {description:?}");
        found.push(Violation::new(Rule::Status, "status", what));
    }
    let is_rpc = text(span, "rpc.system.name").is_some();
    let answer = if is_rpc { of_grpc(span) } else { of_http(span) };
    if let Some(Answer { is_error: true, code }) = &answer
        && status != StatusCode::Error
    {
        found.push(Violation::new(Rule::Status, "status", format!("{status:?} for {code}")));
    }
    if let Some(kind) = text(span, "error.type") {
        check_error_type(kind, answer.as_ref(), found);
    }
}

/// The answer that a span tells of.
struct Answer {
    code: String,
    /// Whether the answer alone makes the span fail.
    is_error: bool,
}

fn of_http(span: &ReceivedSpan) -> Option<Answer> {
    let code = int(span, "http.response.status_code")?;
    let is_error = match span.kind() {
        SpanKind::Client => code >= 400,
        _ => code >= 500,
    };
    Some(Answer { code: code.to_string(), is_error })
}

fn of_grpc(span: &ReceivedSpan) -> Option<Answer> {
    let codes = &Conventions::current().grpc_status;
    let code = text(span, "rpc.response.status_code")?;
    let is_known = codes.names.iter().any(|name| name == code);
    let is_error = match span.kind() {
        SpanKind::Client => code != "OK",
        _ => !is_known || codes.errors_of_servers.iter().any(|name| name == code),
    };
    Some(Answer { code: code.to_owned(), is_error })
}

/// Of low cardinality: a failure that is listed, or the code of an answer that is an error.
fn check_error_type(kind: &str, answer: Option<&Answer>, found: &mut Vec<Violation>) {
    let is_listed = Conventions::current().extensions.error_types.iter().any(|it| it == kind);
    let is_answer = answer.is_some_and(|answer| answer.is_error && answer.code == kind);
    if !is_listed && !is_answer {
        let what = format!("{kind:?} is no failure that is listed and no error's status");
        found.push(Violation::new(Rule::ErrorType, "error.type", what));
    }
}
