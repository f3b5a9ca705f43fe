//! Whether a variant did what it is measured for: every request answered and traced, and every
//! sampled request's span received, once.

use std::collections::BTreeMap;
use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use tokio::runtime::Runtime;

use crate::subject::Subject;
use crate::world::{Tally, World};

/// The native tracer flushes what is left every 5 s, spanmesh every second.
const PATIENCE: Duration = Duration::from_secs(12);

/// Waits for the last spans of a variant and checks everything it did so far.
pub fn check(subject: &Subject, world: &mut World, runtime: &Runtime) -> io::Result<Tally> {
    let site = subject.site;
    world.idle(PATIENCE, |world| {
        let tally = world.tally(site);
        tally.spans >= tally.sampled
    })?;
    let tally = world.tally(site);
    let mut problems = Vec::new();
    let mut expect = |what: &str, found: u64, expected: u64| {
        if found != expected {
            problems.push(format!("{what}: {found}, not {expected}"));
        }
    };

    expect("requests at the upstream", tally.requests, subject.load.completed);
    let traced = if subject.variant.is_tracing() { tally.requests } else { 0 };
    expect("requests with a traceparent at the upstream", tally.traced, traced);
    expect("spans at the sink", tally.spans, tally.sampled);
    let well_formed = world.first_export(site).map_or(Ok(0), well_formed_spans);
    if subject.variant.is_spanmesh() {
        let counters = settled_counters(subject, world, runtime, tally.sampled)?;
        expect("spans_created", counter(&counters, "spanmesh_spans_created"), tally.sampled);
        expect("spans_delivered", counter(&counters, "spanmesh_spans_delivered"), tally.sampled);
        expect("spans_dropped_*", sum(&counters, "spanmesh_spans_dropped_"), 0);
    }

    let share = tally.sampled as f64 / tally.requests as f64;
    if !expected_share(subject.variant.percent).contains(&share) {
        problems.push(format!("{:.1} % of the requests were sampled", 100.0 * share));
    }
    problems.extend(well_formed.err());
    match problems.is_empty() {
        true => Ok(tally),
        false => Err(subject.error(problems.join(", "))),
    }
}

/// The filter's counters, once they have come to `delivered` or do not come to it in time: the
/// filter reports to the host in its ticks only.
fn settled_counters(
    subject: &Subject,
    world: &mut World,
    runtime: &Runtime,
    delivered: u64,
) -> io::Result<BTreeMap<String, u64>> {
    for _ in 0..30 {
        let counters = subject.counters(runtime);
        if counter(&counters, "spanmesh_spans_delivered") == delivered {
            return Ok(counters);
        }
        world.idle(Duration::from_millis(100), |_| false)?;
    }
    Ok(subject.counters(runtime))
}

/// One of the filter's counters; 0 while it has not counted anything.
pub fn counter(counters: &BTreeMap<String, u64>, name: &str) -> u64 {
    counters.get(name).copied().unwrap_or(0)
}

fn sum(counters: &BTreeMap<String, u64>, prefix: &str) -> u64 {
    counters.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, value)| value).sum()
}

/// Random sampling of some ten thousand requests does not leave these bounds.
fn expected_share(percent: u8) -> RangeInclusive<f64> {
    match percent {
        0 => 0.0..=0.0,
        100 => 1.0..=1.0,
        _ => 0.8 * f64::from(percent) / 100.0..=1.2 * f64::from(percent) / 100.0,
    }
}

/// Decodes a whole export and counts its spans; they must have ids, a name and times.
fn well_formed_spans(export: &[u8]) -> Result<usize, String> {
    let request = ExportTraceServiceRequest::decode(export);
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
