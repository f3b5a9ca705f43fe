//! Spans for the tests.

use crate::scenario::Story;
use crate::services::SLOW_DELAY;
use crate::span::{Kind, Span};

/// A span of trace `t` from `start` to `end`, in milliseconds. Its target is `/{id}`.
pub fn span(id: &str, parent: Option<&str>, service: &str, kind: Kind, time: [u64; 2]) -> Span {
    let [start, end] = time.map(|milliseconds| milliseconds * 1_000_000);
    Span {
        trace_id: "t".to_owned(),
        span_id: id.to_owned(),
        parent_id: parent.map(str::to_owned),
        service: service.to_owned(),
        kind,
        name: "GET /{id}".to_owned(),
        target: format!("/{id}"),
        query: String::new(),
        error: None,
        start,
        end,
    }
}

/// The spans that `story` must leave, in the order of the tree, each with its index as id.
pub fn story(story: Story) -> Vec<Span> {
    let hops = story.hops();
    let mut path: Vec<String> = Vec::new();
    let mut spans = Vec::new();
    for (index, hop) in (0..).zip(&hops) {
        path.truncate(hop.depth);
        let took = if hop.slow { SLOW_DELAY.as_millis() as u64 } else { 5 };
        let id = index.to_string();
        let parent = path.last().map(String::as_str);
        spans.push(Span {
            target: hop.target.to_owned(),
            error: hop.error.map(str::to_owned),
            ..span(&id, parent, hop.service, hop.kind, [index, index + took])
        });
        path.push(id);
    }
    spans
}
