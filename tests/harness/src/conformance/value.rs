//! Short ways to values of attributes.

use opentelemetry_proto::tonic::common::v1::any_value::Value;

use crate::collector::ReceivedSpan;

/// The text of an attribute, without a copy.
pub(super) fn text<'a>(span: &'a ReceivedSpan, key: &str) -> Option<&'a str> {
    match &span.attr(key)?.value {
        Some(Value::StringValue(text)) => Some(text),
        _ => None,
    }
}

pub(super) fn int(span: &ReceivedSpan, key: &str) -> Option<i64> {
    span.int_attr(key)
}
