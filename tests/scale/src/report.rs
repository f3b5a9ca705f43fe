//! The results as tables in Markdown.

use std::fmt::Write;

use crate::paper;
use crate::result::Outcome;
use crate::scenario::{OUTAGE_BEGIN, SECOND, Scenario};
use crate::spans::BatchBytes;

/// A scenario and what came of it.
pub type Run = (Scenario, Outcome);

/// What goes on while nothing happens, one row for each sampling.
pub fn steady(runs: &[&Run], bytes: &BatchBytes) -> String {
    let mut out = String::from(
        "| sampling | exports a second, on paper | simulated | spans in one | bytes a second | with gzip | \
         in queues and on their way | exports without an answer, mean |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (scenario, outcome) in runs.iter().copied() {
        let (paper, steady) = (paper::steady(scenario), outcome.steady());
        let spans = scenario.spans_per_second() as f64 * scenario.sidecars as f64;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {:.0} | {} | {} | {} | {:.0} |",
            scenario.sampling.name,
            thousands(paper.exports_per_second),
            thousands(steady.requests),
            spans / steady.requests,
            size(steady.bytes),
            size(steady.gzip_bytes),
            size(steady.queued * bytes.span()),
            steady.in_flight,
        );
    }
    out
}

/// What outages lead to, one row for each.
pub fn outages(runs: &[&Run], bytes: &BatchBytes) -> String {
    let mut out = String::from(
        "| sampling | outage | of | failed exports a second in it | most in queues | of a sidecar | peak after it, \
         of steady | on paper | drained after | delivered | queue full | retries exhausted |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (scenario, outcome) in runs.iter().copied() {
        let (end, steady, account) = (scenario.outage_end(), outcome.steady(), outcome.account);
        let peak = outcome.peak_requests(end, scenario.end()) as f64;
        let failed: u64 = outcome.between(OUTAGE_BEGIN, end).iter().map(|tenth| tenth.failed).sum();
        let queued = outcome.most_queued() as f64 * bytes.span();
        let share = |spans: u64| {
            let percent = 100.0 * spans as f64 / account.created as f64;
            if spans == 0 { "0".to_owned() } else { format!("{percent:.1} %") }
        };
        let drained = outcome.drained_after(scenario);
        let _ = writeln!(
            out,
            "| {} | {} | {} min | {} | {} | {} | {:.2} | {:.2} | {} | {} | {} | {} |",
            scenario.sampling.name,
            scenario.outage.name(),
            scenario.outage_length / (60 * SECOND),
            thousands(failed as f64 * SECOND as f64 / scenario.outage_length as f64),
            size(queued),
            size(queued / scenario.sidecars as f64),
            peak / steady.requests,
            paper::herd(scenario).peak_exports / steady.requests,
            drained.map_or("not yet".to_owned(), |seconds| format!("{seconds:.0} s")),
            share(account.delivered),
            share(account.dropped_queue_full),
            share(account.dropped_retry_exhausted),
        );
    }
    out
}

/// A number with commas.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes with a decimal unit.
fn size(bytes: f64) -> String {
    match bytes {
        1e9.. => format!("{:.1} GB", bytes / 1e9),
        1e6.. => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.0} kB", bytes / 1e3),
    }
}
