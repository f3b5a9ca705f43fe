//! Whether a variant did what it is measured for: every request answered and traced, and every
//! sampled request's span received, once.

use std::collections::BTreeMap;
use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Runtime;

use crate::subject::Subject;
use crate::world::{Tally, World, body};

/// The native tracer flushes what is left every 5 s, spanmesh every second.
const PATIENCE: Duration = Duration::from_secs(12);

/// Waits for the last spans of a variant and checks everything it did so far.
pub fn check(subject: &Subject, world: &mut World, runtime: &Runtime) -> io::Result<Tally> {
    let site = subject.site;
    world.idle(PATIENCE, |world| {
        let tally = world.tally(site);
        tally.spans >= tally.sampled
    })?;
    let counters = settled_counters(subject, world, runtime)?;
    let tally = world.tally(site);
    let mut problems = Vec::new();
    let mut expect = |what: &str, found: u64, expected: u64| {
        if found != expected {
            problems.push(format!("{what}: {found}, not {expected}"));
        }
    };

    let of_requests = |all: bool| if all { tally.requests } else { 0 };
    expect("requests at the upstream", tally.requests, subject.load.completed);
    let traced = of_requests(subject.variant.is_tracing());
    expect("requests with a traceparent at the upstream", tally.traced, traced);
    let passed_on = of_requests(subject.variant.passes_on());
    expect("requests with the caller's traceparent at the upstream", tally.passed_on, passed_on);
    // A machine that stops for a second makes a request slow enough to be kept.
    let spans = tally.sampled + counter(&counters, "spanmesh_spans_kept");
    expect("spans at the sink", tally.spans, spans);
    if subject.variant.is_spanmesh() {
        expect("spans_created", counter(&counters, "spanmesh_spans_created"), spans);
        expect("spans_delivered", counter(&counters, "spanmesh_spans_delivered"), spans);
        expect("spans_dropped_*", sum(&counters, "spanmesh_spans_dropped_"), 0);
    }

    let share = tally.sampled as f64 / tally.requests as f64;
    if !expected_share(subject.variant.percent).contains(&share) {
        problems.push(format!("{:.1} % of the requests were sampled", 100.0 * share));
    }
    let well_formed = world.first_export(site).map_or(Ok(0), well_formed_spans);
    problems.extend(well_formed.err());
    match problems.is_empty() {
        true => Ok(tally),
        false => Err(subject.error(problems.join(", "))),
    }
}

/// The filter's counters, once they have come to the spans that the sink has or do not come to
/// them in time: the filter reports to the host in its ticks only.
fn settled_counters(
    subject: &Subject,
    world: &mut World,
    runtime: &Runtime,
) -> io::Result<BTreeMap<String, u64>> {
    let mut counters = BTreeMap::new();
    for _ in 0..30 {
        if !subject.variant.is_spanmesh() {
            break;
        }
        counters = subject.counters(runtime);
        let delivered = counter(&counters, "spanmesh_spans_delivered");
        let kept = counter(&counters, "spanmesh_spans_kept");
        let tally = world.tally(subject.site);
        if delivered == tally.spans && delivered == tally.sampled + kept {
            break;
        }
        world.idle(Duration::from_millis(100), |_| false)?;
    }
    Ok(counters)
}

/// One of the filter's counters; 0 while it has not counted anything.
pub fn counter(counters: &BTreeMap<String, u64>, name: &str) -> u64 {
    counters.get(name).copied().unwrap_or(0)
}

fn sum(counters: &BTreeMap<String, u64>, prefix: &str) -> u64 {
    counters.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, value)| value).sum()
}

/// Random sampling of some ten thousand requests does not leave these bounds.
fn expected_share(percent: Option<u8>) -> RangeInclusive<f64> {
    match percent {
        None => 0.0..=1.0,
        Some(0) => 0.0..=0.0,
        Some(100) => 1.0..=1.0,
        Some(percent) => 0.8 * f64::from(percent) / 100.0..=1.2 * f64::from(percent) / 100.0,
    }
}

/// Decodes a whole export and counts its spans; they must have ids, a name and times.
fn well_formed_spans(export: &[u8]) -> Result<usize, String> {
    if body::is_zipkin(export) {
        let spans = body::decode_zipkin(export).map_err(|error| error.to_string())?;
        let has_ids = |span: &Value| span["traceId"].is_string() && span["id"].is_string();
        let malformed = spans.iter().find(|span| !has_ids(span));
        return malformed.map_or(Ok(spans.len()), |span| Err(format!("a malformed span: {span}")));
    }
    let request = body::decode(export);
    let request = request.map_err(|error| format!("an export cannot be decoded: {error}"))?;
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    let spans: Vec<_> = scopes.flat_map(|scope| scope.spans).collect();
    let malformed = spans.iter().find(|span| {
        span.trace_id.len() != 16
            || span.span_id.len() != 8
            || span.name.is_empty()
            || span.start_time_unix_nano == 0
            || span.end_time_unix_nano < span.start_time_unix_nano
    });
    match malformed {
        Some(span) => Err(format!("a malformed span: {span:?}")),
        None => Ok(spans.len()),
    }
}
