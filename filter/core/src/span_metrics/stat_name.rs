//! Dimensions in the names of statistics.
//!
//! The form is Istio's: `KEY=.=VALUE;.;` for each, in front of the metric's name. A host takes each
//! out again by a pattern, `(KEY=\.=(.*?);\.;)`, and makes a tag of it. The span's name stands last,
//! because it may be a caller's words and the first match counts; nothing in it can look like a key or
//! an end, since both need a dot behind `=` or `;`, and there is none. Envoy drops a dot at the end of a
//! tag, which would make two series one, so there is none either. It escapes quotes and backslashes.

use super::Dimensions;
use crate::span::SpanKind;

/// Counter of requests; the connector's `traces.span.metrics.calls`.
pub const CALLS: &str = "traces_span_metrics_calls_total";
/// Histogram of their durations in milliseconds; the connector's `traces.span.metrics.duration`.
pub const DURATION: &str = "traces_span_metrics_duration_milliseconds";

/// The name of a series of `metric`.
pub fn stat_name(metric: &str, dimensions: Dimensions<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    match dimensions {
        Dimensions::Overflow => put_tag(&mut out, "otel_metric_overflow", "true"),
        Dimensions::Span { kind, name, is_error } => {
            let status = if is_error { "STATUS_CODE_ERROR" } else { "STATUS_CODE_UNSET" };
            put_tag(&mut out, "status_code", status);
            let kind = match kind {
                SpanKind::Server => "SPAN_KIND_SERVER",
                SpanKind::Client => "SPAN_KIND_CLIENT",
            };
            put_tag(&mut out, "span_kind", kind);
            put_tag(&mut out, "span_name", name);
        }
    }
    put(&mut out, metric);
    out
}

fn put_tag(out: &mut Vec<u8>, key: &str, value: &str) {
    put(out, key);
    put(out, "=.=");
    // The value without what would end it early, or be lost: control characters become `_`, and so
    // does a dot behind `=` or `;` and at the end.
    let (mut last, mut rest) = (0, value.len());
    for byte in value.bytes() {
        rest -= 1;
        let is_mark = byte == b'.' && (rest == 0 || matches!(last, b'=' | b';'));
        last = byte;
        out.push(if is_mark || byte.is_ascii_control() { b'_' } else { byte });
    }
    put(out, ";.;");
}

#[inline(never)]
fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}
