//! What is simulated. Times are in nanoseconds.

use spanmesh_config::Config;

/// A second.
pub const SECOND: u64 = 1_000_000_000;
/// A millisecond.
pub const MILLI: u64 = 1_000_000;

/// How many of a sidecar's requests have spans that are exported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// What reports call it.
    pub name: &'static str,
    /// Spans in a thousand requests.
    pub per_mille: u64,
    /// Spans that one push of the simulation stands for; the bounds of the queue count pushes too.
    pub grain: u64,
}

/// The samplings that are compared. Of `1 % + keep`, one request in a hundred fails and is kept.
pub const SAMPLINGS: [Sampling; 3] = [
    Sampling { name: "100 %", per_mille: 1_000, grain: 32 },
    Sampling { name: "10 %", per_mille: 100, grain: 4 },
    Sampling { name: "1 % + keep", per_mille: 20, grain: 1 },
];

/// How an outage of all collectors looks to the sidecars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// Connections are refused, for which Envoy answers 503.
    Refused,
    /// Nothing is answered, for which Envoy answers 504 when the export's time is over.
    Silent,
    /// Envoy knows of no healthy host and takes no export.
    NoHost,
}

impl Outage {
    /// What reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Silent => "silent",
            Self::NoHost => "no host",
        }
    }
}

/// A fleet, its tier of collectors, and what happens to them.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Sidecars of one worker each.
    pub sidecars: u64,
    /// Requests a second of each.
    pub requests: u64,
    /// Which of them have spans.
    pub sampling: Sampling,
    /// Collectors.
    pub collectors: u64,
    /// Load that the collectors bear together, as a multiple of the steady one.
    pub headroom: f64,
    /// Collectors that come back; the others stay away.
    pub returning: u64,
    /// How it looks when they are away.
    pub outage: Outage,
    /// For how long.
    pub outage_length: u64,
    /// Of all random numbers.
    pub seed: u64,
}

/// When it begins: the time before is to settle, and to measure the steady state.
pub const OUTAGE_BEGIN: u64 = 40 * SECOND;
/// When measuring begins.
pub const STEADY_BEGIN: u64 = 20 * SECOND;
/// How long is looked at what comes after it.
pub const AFTERMATH: u64 = 90 * SECOND;

impl Scenario {
    /// 10,000 sidecars of 1,000 requests a second each, and 40 collectors that bear half as much again.
    pub fn fleet(sampling: Sampling, outage: Outage, outage_length: u64) -> Self {
        Self {
            sidecars: 10_000,
            requests: 1_000,
            sampling,
            collectors: 40,
            headroom: 1.5,
            returning: 40,
            outage,
            outage_length,
            seed: 0x7370_616e_6d65_7368,
        }
    }

    /// The same with other numbers of sidecars and collectors.
    pub fn of(self, sidecars: u64, collectors: u64) -> Self {
        Self { sidecars, collectors, returning: collectors, ..self }
    }

    /// Spans a second of a sidecar.
    pub fn spans_per_second(&self) -> u64 {
        self.requests * self.sampling.per_mille / 1_000
    }

    /// When the collectors are back.
    pub fn outage_end(&self) -> u64 {
        OUTAGE_BEGIN + self.outage_length
    }

    /// When it is over.
    pub fn end(&self) -> u64 {
        self.outage_end() + AFTERMATH
    }
}

/// What a user gets who configures nothing but the collector's cluster.
pub fn defaults() -> Config {
    let smallest = br#"{"exporter": {"otlp_http": {"cluster": "collector"}}}"#;
    Config::parse(smallest, &|_| None).expect("the smallest configuration")
}
