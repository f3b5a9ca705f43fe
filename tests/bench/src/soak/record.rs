//! What came of a soak, and what is wrong with it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::time::Instant;

use serde::Serialize;
use spanmesh_harness::envoy;
use spanmesh_harness::memory::{linear_memories, resident};

use crate::report::results::processor;
use crate::world::Tally;

/// Counters of the filter by their names.
pub type Counters = BTreeMap<String, u64>;

/// The part of the requests that is the warm-up, in which V8's code and Envoy's buffers come.
const WARM_UP: f64 = 0.1;
/// What memory may grow by from then on: of the process, and of the largest VM, in bytes.
const RESIDENT_GROWTH: u64 = 8 << 20;
const VM_GROWTH: u64 = 256 << 10;

/// The memory at some time.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sample {
    /// Seconds since the first request.
    pub seconds: f64,
    /// Requests answered so far.
    pub requests: u64,
    /// Spans that had come to the sink.
    pub spans: u64,
    /// Resident memory of Envoy, in bytes.
    pub resident: u64,
    /// The largest linear memory of its VMs, in bytes.
    pub vm: u64,
}

/// All of a soak.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Version of Envoy.
    pub envoy: String,
    /// The processor, as the kernel names it.
    pub processor: String,
    /// Requests answered, each with the status that it must have.
    pub requests: u64,
    /// Requests that came to the upstream.
    pub arrived: u64,
    /// Requests that came there with a sampled `traceparent`.
    pub sampled: u64,
    /// Spans that came to the sink.
    pub spans: u64,
    /// Exports with them.
    pub exports: u64,
    /// The filter's counters that are not 0.
    pub counters: Counters,
    /// Requests of the warm-up.
    pub warm_up: u64,
    /// Growth of the resident memory from then on, in bytes; below 0 where it shrank.
    pub resident_growth: i64,
    /// The same of the largest VM.
    pub vm_growth: i64,
    /// What was sampled, in order.
    pub samples: Vec<Sample>,
}

// === impl Sample ===

impl Sample {
    /// Of the process with this id, now.
    pub fn of(pid: u32, begin: Instant, requests: u64, spans: u64) -> io::Result<Sample> {
        Ok(Sample {
            seconds: (begin.elapsed().as_secs_f64() * 10.0).round() / 10.0,
            requests,
            spans,
            resident: resident(pid)?,
            vm: linear_memories(pid)?.into_iter().max().unwrap_or_default(),
        })
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sample { seconds, requests, spans, resident, vm } = self;
        let mebibytes = |bytes: &u64| *bytes as f64 / f64::from(1 << 20);
        write!(
            f,
            "{seconds:.0} s: {requests} requests, {spans} spans, resident {:.1} MiB, VM {:.2} MiB",
            mebibytes(resident),
            mebibytes(vm)
        )
    }
}

// === impl Record ===

impl Record {
    /// From what was seen.
    pub fn new(samples: Vec<Sample>, requests: u64, tally: Tally, counters: Counters) -> Record {
        let is_warm = |sample: &&Sample| sample.requests as f64 >= WARM_UP * requests as f64;
        let warm = samples.iter().find(is_warm).copied();
        let growth = |of: fn(&Sample) -> u64| {
            // The highest: memory that comes and goes does not count as flat.
            let before = warm.as_ref().map(of).unwrap_or_default();
            let after = samples.iter().filter(is_warm).map(of).max().unwrap_or_default();
            after as i64 - before as i64
        };
        Record {
            envoy: envoy::version(),
            processor: processor(),
            requests,
            arrived: tally.requests,
            sampled: tally.sampled,
            spans: tally.spans,
            exports: tally.exports,
            counters: counters.into_iter().filter(|(_, count)| *count > 0).collect(),
            warm_up: warm.map_or(0, |sample| sample.requests),
            resident_growth: growth(|sample| sample.resident),
            vm_growth: growth(|sample| sample.vm),
            samples,
        }
    }

    /// One counter; 0 while it has not counted anything.
    pub fn counter(&self, name: &str) -> u64 {
        self.counters.get(name).copied().unwrap_or(0)
    }

    /// What is not as it must be.
    pub fn problems(&self) -> Vec<String> {
        let kept = self.counter("spanmesh_spans_kept");
        let dropped = |(name, _): &(&String, &u64)| name.starts_with("spanmesh_spans_dropped_");
        let dropped: u64 = self.counters.iter().filter(dropped).map(|(_, count)| count).sum();
        let due = self.sampled + kept;
        let equal = [
            ("requests at the upstream", self.arrived, self.requests),
            ("spans created", self.counter("spanmesh_spans_created"), due),
            ("spans delivered", self.counter("spanmesh_spans_delivered"), due),
            ("spans at the sink", self.spans, due),
            ("spans dropped", dropped, 0),
            ("spans queued", self.counter("spanmesh_spans_queued"), 0),
            ("host errors", self.counter("spanmesh_host_errors"), 0),
        ];
        let unequal = equal.into_iter().filter(|(_, found, expected)| found != expected);
        let mut problems: Vec<String> = unequal
            .map(|(what, found, expected)| format!("{what}: {found}, not {expected}"))
            .collect();
        if kept == 0 {
            problems.push("no keep rule fired".to_owned());
        }
        let bounds = [
            ("resident memory", self.resident_growth, RESIDENT_GROWTH),
            ("a VM", self.vm_growth, VM_GROWTH),
        ];
        let grown = bounds.into_iter().filter(|(_, growth, bound)| *growth > *bound as i64);
        problems.extend(grown.map(|(what, growth, bound)| {
            format!("{what} grew by {growth} bytes after the warm-up, by more than {bound}")
        }));
        problems
    }
}
