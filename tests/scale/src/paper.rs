//! The same from formulas, without a simulation.

use crate::scenario::{Outage, SECOND, Scenario, defaults};

/// Work of an export beside that for its spans, in spans: connection, headers, decoding, hand-over.
const WORK_OF_EXPORT: f64 = 25.0;

/// Work that an export of so many spans is for a collector; a unit is one span.
pub fn work(spans: u64) -> f64 {
    WORK_OF_EXPORT + spans as f64
}

/// What a fleet does while nothing happens.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// Exports a second of the fleet.
    pub exports_per_second: f64,
    /// Spans in one.
    pub spans_per_export: f64,
    /// Work a second.
    pub work_per_second: f64,
}

/// From the rate of spans, the delay and the size of batches: a batch is open from its first span until
/// it is full, or for between a half and the whole of the delay.
pub fn steady(scenario: &Scenario) -> Steady {
    let batch = defaults().batch;
    let rate = scenario.spans_per_second() as f64;
    let full = batch.max_export_batch_size as f64;
    let delay = batch.schedule_delay as f64 / SECOND as f64;
    // The mean, over delays drawn evenly, of the spans that come in them, but no more than fill it.
    let (least, most) = (1.0 + rate * delay / 2.0, 1.0 + rate * delay);
    let spans_per_export = if most <= full {
        (least + most) / 2.0
    } else if least >= full {
        full
    } else {
        let share = (full - least) / (most - least);
        share * (least + full) / 2.0 + (1.0 - share) * full
    };
    let spans = rate * scenario.sidecars as f64;
    let exports_per_second = spans / spans_per_export;
    let work_per_second = exports_per_second * WORK_OF_EXPORT + spans;
    Steady { exports_per_second, spans_per_export, work_per_second }
}

/// What comes after an outage that is longer than any back-off takes to grow.
#[derive(Clone, Copy, Debug)]
pub struct Herd {
    /// Seconds after its end until the last sidecar has tried again.
    pub last_try: f64,
    /// Most exports a second.
    pub peak_exports: f64,
}

/// From the size of the queue and the back-off.
///
/// Where exports fail, a sidecar tries once in a cycle: the time until a failure is known, and a wait
/// drawn evenly from the upper half of `max_interval`. At any moment the next tries of a fleet are spread
/// over the longest cycle, evenly at first and ever fewer in the last half of `max_interval`. Who has
/// come back adds the usual rate at once, and before that what waited, so that the sum is highest
/// shortly before the last is back, by (exports that waited)² / (mean cycle × `max_interval` × usual
/// rate).
///
/// Where exports do not leave the host, all are back within a second, and send one export after
/// another as fast as the collectors take them, with one on its way from each.
pub fn herd(scenario: &Scenario) -> Herd {
    let config = defaults();
    let steady = steady(scenario);
    let sidecars = scenario.sidecars as f64;
    let seconds = |time: u64| time as f64 / SECOND as f64;
    let came = scenario.spans_per_second() as f64 * seconds(scenario.outage_length);
    let queued = came.min(config.batch.max_queue_size as f64);
    let full = config.batch.max_export_batch_size;
    let waiting = sidecars * (queued / full as f64).ceil();
    let longest = seconds(config.retry.max_interval);
    let until_known = match scenario.outage {
        Outage::Silent => seconds(config.exporter.timeout),
        Outage::Refused | Outage::NoHost => 0.0,
    };
    if scenario.outage == Outage::NoHost {
        let capacity = steady.work_per_second * scenario.headroom / work(full as u64);
        let peak_exports = (waiting + sidecars).min(capacity + sidecars);
        return Herd { last_try: seconds(config.retry.initial_interval), peak_exports };
    }
    let cycle = until_known + 0.75 * longest;
    let usual = steady.exports_per_second;
    let peak_exports = usual + waiting * waiting / (cycle * longest * usual);
    Herd { last_try: until_known + longest, peak_exports }
}
