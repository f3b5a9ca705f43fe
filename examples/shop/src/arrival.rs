//! Waiting for the traces of the traffic.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::backend::Backend;
use crate::check;
use crate::paint::Paint;
use crate::scenario::TRAFFIC;
use crate::trace::Trace;
use crate::waterfall;

/// How long the traces may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// The time between two reports of progress.
const REPORT: Duration = Duration::from_secs(2);

/// How many wrong traces are printed.
const SHOWN: usize = 3;

/// Waits until every request of the traffic has left the trace that it must, and nothing else
/// has come.
///
/// # Errors
///
/// Everything that is missing, too much or wrong when the patience is at its end.
pub async fn wait(
    backend: &Backend,
    step: &impl Fn(&str),
    paint: Paint,
) -> Result<Vec<Trace>, String> {
    let expected: usize = TRAFFIC.iter().map(|scenario| scenario.story.hops().len()).sum();
    let deadline = Instant::now() + PATIENCE;
    let mut report = Instant::now() + REPORT;
    loop {
        let traces = Trace::all(backend.spans().await);
        let problems = problems(&traces);
        if problems.is_empty() {
            return Ok(traces);
        }
        if Instant::now() >= deadline {
            show_wrong(&traces, paint);
            let seconds = PATIENCE.as_secs();
            let list = problems.join("\n  ");
            return Err(format!("after {seconds} s the traces are not as they must be:\n  {list}"));
        }
        if Instant::now() >= report {
            let spans: usize = traces.iter().map(|trace| trace.rows().len()).sum();
            let (count, all) = (traces.len(), TRAFFIC.len());
            step(&format!("waiting: {spans} of {expected} spans came, {count} of {all} traces"));
            report += REPORT;
        }
        sleep(PAUSE).await;
    }
}

/// Everything that is wrong with `traces` as those of the traffic.
fn problems(traces: &[Trace]) -> Vec<String> {
    let mut problems = Vec::new();
    for scenario in TRAFFIC {
        match scenario.of(traces) {
            None => problems.push(format!("{scenario}: no trace came")),
            Some(trace) => problems.extend(
                check::problems(trace, scenario.story).iter().map(|p| format!("{scenario}: {p}")),
            ),
        }
    }
    if traces.len() > TRAFFIC.len() {
        problems.push(format!("{} traces came of {} requests", traces.len(), TRAFFIC.len()));
    }
    problems
}

/// Prints the first of the traces that no request had to leave.
fn show_wrong(traces: &[Trace], paint: Paint) {
    let is_right = |trace: &Trace| {
        TRAFFIC.iter().any(|scenario| check::problems(trace, scenario.story).is_empty())
    };
    let wrong: Vec<_> = traces.iter().filter(|trace| !is_right(trace)).collect();
    for trace in wrong.iter().take(SHOWN) {
        print!("\n{}", waterfall::titled(trace, paint));
    }
    if wrong.len() > SHOWN {
        println!("\nand {} more wrong traces", wrong.len() - SHOWN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::span::Span;

    /// The spans of the whole traffic.
    fn all() -> Vec<Span> {
        let mut spans = Vec::new();
        for scenario in TRAFFIC {
            let mut story = fixtures::story(scenario.story);
            for span in &mut story {
                span.trace_id = scenario.target.to_owned();
            }
            let query = scenario.target.split_once('?').map_or("", |(_, query)| query);
            story[0].query = query.to_owned();
            spans.extend(story);
        }
        spans
    }

    #[test]
    fn the_traffic_leaves_its_traces() {
        assert_eq!(problems(&Trace::all(all())), Vec::<String>::new());
    }

    #[test]
    fn a_broken_chain_is_a_missing_and_an_extra_trace() {
        let mut spans = all();
        spans[1].trace_id = "another".to_owned();
        assert_eq!(
            problems(&Trace::all(spans)),
            ["GET /health: 1 spans came instead of 2", "10 traces came of 9 requests"]
        );
    }

    #[test]
    fn nothing_is_a_problem_for_each() {
        let found = problems(&[]);
        assert_eq!(found.len(), TRAFFIC.len());
        assert!(found.iter().all(|problem| problem.ends_with("no trace came")), "{found:?}");
    }
}
