//! The filter's counters in Envoy's statistics.

use proxy_wasm::types::MetricType;
use spanmesh_core::counters::{
    CONFIGURATION_REFUSED, Counter, Counters, EXPORT_BATCH_SIZE, EXPORT_DURATION, SPANS_QUEUED,
};

use crate::host;

/// Ids of the statistics that the host knows.
#[derive(Debug)]
pub struct Stats {
    counters: Vec<(Counter, u32)>,
    queued: Option<u32>,
    queued_reported: i64,
    export_duration: Option<u32>,
    export_batch_size: Option<u32>,
}

const NANOS_PER_MILLI: u64 = 1_000_000;

/// Moves the gauge of refused configurations; 0 makes it known.
pub fn count_refused(change: i64) {
    if let Some(id) = host::define_metric(MetricType::Gauge, CONFIGURATION_REFUSED.as_bytes()) {
        host::increment_metric(id, change);
    }
}

impl Stats {
    /// Makes every statistic known, so that each is visible from the start.
    pub fn define() -> Self {
        let define = |counter: Counter| {
            Some((counter, host::define_metric(MetricType::Counter, counter.name().as_bytes())?))
        };
        count_refused(0);
        Self {
            counters: Counter::ALL.into_iter().filter_map(define).collect(),
            queued: host::define_metric(MetricType::Gauge, SPANS_QUEUED.as_bytes()),
            queued_reported: 0,
            export_duration: host::define_metric(MetricType::Histogram, EXPORT_DURATION.as_bytes()),
            export_batch_size: host::define_metric(
                MetricType::Histogram,
                EXPORT_BATCH_SIZE.as_bytes(),
            ),
        }
    }

    /// Records an export that took `duration` nanoseconds until its answer.
    pub fn record_export(&self, duration: u64, spans: usize) {
        for (id, value) in [
            (self.export_duration, duration / NANOS_PER_MILLI),
            (self.export_batch_size, spans as u64),
        ] {
            if let Some(id) = id {
                host::record_metric(id, value);
            }
        }
    }

    /// Spans that were reported as queued have gone to another VM, which reports them from now on;
    /// below zero: have come from one.
    pub fn forget_queued(&mut self, spans: i64) {
        self.queued_reported -= spans;
    }

    /// Adds what was counted since the last report. The gauge is moved by its change, because one
    /// gauge is shared by all workers.
    pub fn report(&mut self, counters: &mut Counters, queued: usize) {
        for (counter, count) in counters.take() {
            if let Some((_, id)) = self.counters.iter().find(|(known, _)| *known == counter) {
                host::increment_metric(*id, i64::try_from(count).unwrap_or(i64::MAX));
            }
        }
        let queued = i64::try_from(queued).unwrap_or(i64::MAX);
        if let Some(id) = self.queued.filter(|_| queued != self.queued_reported) {
            host::increment_metric(id, queued - self.queued_reported);
            self.queued_reported = queued;
        }
    }
}
