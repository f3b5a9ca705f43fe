//! Printing every trace that comes, while the demonstration is kept running.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::backend::Backend;
use crate::paint::Paint;
use crate::span::Span;
use crate::trace::Trace;
use crate::waterfall::titled;

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// A trace is printed when none of its spans has come for so long: Envoys send theirs at
/// different times, 200 ms apart at most.
const QUIET: Duration = Duration::from_millis(700);

/// Prints every trace that comes, but for the spans whose ids were `seen`.
pub async fn forever(backend: &Backend, seen: HashSet<String>, paint: Paint) -> Infallible {
    let mut coming = Coming { seen, ..Coming::default() };
    loop {
        let now = Instant::now();
        for span in backend.spans().await {
            coming.add(span, now);
        }
        for trace in coming.take_quiet(now) {
            print!("\n{}{}", titled(&trace, paint), backend.link(trace.id()));
        }
        sleep(PAUSE).await;
    }
}

/// The traces of which more may come, each with the time of its newest span.
#[derive(Default)]
struct Coming {
    traces: HashMap<String, (Vec<Span>, Instant)>,
    /// The ids of all spans that came.
    seen: HashSet<String>,
}

// === impl Coming ===

impl Coming {
    /// Adds a span that is there at `now`, and may have been there before.
    fn add(&mut self, span: Span, now: Instant) {
        if !self.seen.insert(span.span_id.clone()) {
            return;
        }
        let id = span.trace_id.clone();
        let (spans, newest) = self.traces.entry(id).or_insert_with(|| (Vec::new(), now));
        spans.push(span);
        *newest = now;
    }

    /// Takes out the traces that have been quiet for long enough, in the order of their start.
    fn take_quiet(&mut self, now: Instant) -> Vec<Trace> {
        let is_quiet = |newest: Instant| now.duration_since(newest) >= QUIET;
        let taken = self.traces.extract_if(|_, (_, newest)| is_quiet(*newest));
        Trace::all(taken.flat_map(|(_, (spans, _))| spans).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::span;
    use crate::span::Kind;

    #[test]
    fn a_trace_is_given_once_and_whole_when_it_is_quiet() {
        let start = Instant::now();
        let mut coming = Coming::default();
        coming.add(span("a", None, "edge", Kind::Server, [0, 9]), start);
        coming.add(span("b", Some("a"), "cart", Kind::Server, [1, 8]), start + QUIET / 2);
        coming.add(span("a", None, "edge", Kind::Server, [0, 9]), start + QUIET);
        assert!(coming.take_quiet(start + QUIET).is_empty(), "more may come");
        let traces = coming.take_quiet(start + QUIET / 2 + QUIET);
        assert_eq!(traces.iter().map(|t| t.rows().len()).collect::<Vec<_>>(), [2]);
        assert!(coming.take_quiet(start + 9 * QUIET).is_empty(), "it was given");
    }
}
