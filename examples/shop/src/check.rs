//! Whether the traces that came are those that had to come.

use crate::scenario::{Hop, Story};
use crate::services::SLOW_DELAY;
use crate::span::Span;
use crate::trace::{Row, Trace};
use crate::waterfall::milliseconds;

/// Everything that is wrong with `trace` as the trace of `story`; nothing if it is right.
///
/// The spans are those of the story, no more and no fewer, each below the right one; those that
/// must fail do and no other does; those that must be slow are.
pub fn problems(trace: &Trace, story: Story) -> Vec<String> {
    let hops = story.hops();
    let mut problems = Vec::new();
    if trace.rows().len() != hops.len() {
        problems.push(format!("{} spans came instead of {}", trace.rows().len(), hops.len()));
    }
    for (row, hop) in trace.rows().iter().zip(&hops) {
        if !is_at(row, hop) {
            let want = describe(hop.depth, hop.service, &hop.kind.to_string(), hop.target);
            problems.push(format!("{} came instead of {want}", describe_row(row)));
            // Everything after it is likely to be off by one.
            break;
        }
        problems.extend(outcome(&row.span, hop).map(|p| format!("{}: {p}", describe_row(row))));
    }
    problems
}

/// Whether the span is that of the hop, and in its place.
fn is_at(Row { span, last, .. }: &Row, hop: &Hop) -> bool {
    last.len() == hop.depth
        && span.parent_id.is_some() == (hop.depth > 0)
        && span.service == hop.service
        && span.kind == hop.kind
        && span.target.starts_with(hop.target)
}

/// What is wrong with the outcome of the span.
fn outcome(span: &Span, hop: &Hop) -> impl Iterator<Item = String> {
    let status = (span.error.as_deref() != hop.error).then(|| {
        let say = |error: Option<&str>| error.map_or("OK".to_owned(), |e| format!("ERROR {e}"));
        format!("{} instead of {}", say(span.error.as_deref()), say(hop.error))
    });
    let haste = (hop.slow && span.duration() < SLOW_DELAY).then(|| {
        format!("took {} and not {}", milliseconds(span.duration()), milliseconds(SLOW_DELAY))
    });
    status.into_iter().chain(haste)
}

/// A row in words.
fn describe_row(Row { span, last, .. }: &Row) -> String {
    describe(last.len(), &span.service, &span.kind.to_string(), &span.target)
}

/// A span in words.
fn describe(depth: usize, service: &str, kind: &str, target: &str) -> String {
    format!("{service} {kind} {target} with {depth} spans above")
}

#[cfg(test)]
mod tests;
