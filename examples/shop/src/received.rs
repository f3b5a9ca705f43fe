//! Spans as they were received, made into those that the demonstration looks at.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use spanmesh_harness::{Collector, ReceivedSpan};

use crate::span::{Kind, Span};

/// All spans that were received so far, in the order of their arrival.
pub fn spans(collector: &Collector) -> Vec<Span> {
    collector.spans().iter().map(span).collect()
}

/// One span.
fn span(received: &ReceivedSpan) -> Span {
    let text = |key| received.str_attr(key);
    let (target, query) = match text("url.full") {
        Some(url) => split_url(&url),
        None => (text("url.path").unwrap_or_default(), text("url.query").unwrap_or_default()),
    };
    let failed = received.status() == StatusCode::Error;
    Span {
        trace_id: received.trace_id(),
        span_id: received.span_id(),
        parent_id: Some(received.parent_span_id()).filter(|id| !id.is_empty()),
        service: received.service(),
        kind: match received.kind() {
            SpanKind::Server => Kind::Server,
            SpanKind::Client => Kind::Client,
            _ => Kind::Other,
        },
        name: received.name().to_owned(),
        target,
        query,
        error: failed.then(|| text("error.type").unwrap_or_else(|| "of no type".to_owned())),
        start: received.span.start_time_unix_nano,
        end: received.span.end_time_unix_nano,
    }
}

/// Host and path of a URL, and its query.
pub fn split_url(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
    (target.to_owned(), query.to_owned())
}

#[cfg(test)]
mod tests {
    use super::split_url;

    #[test]
    fn urls() {
        for (url, target, query) in [
            ("http://cart.shop/carts/7", "cart.shop/carts/7", ""),
            ("http://cart.shop:8080/carts?id=7", "cart.shop:8080/carts", "id=7"),
            ("https://cart.shop/?at=http://x", "cart.shop/", "at=http://x"),
            ("cart.shop/carts", "cart.shop/carts", ""),
        ] {
            assert_eq!(split_url(url), (target.to_owned(), query.to_owned()), "{url}");
        }
    }
}
