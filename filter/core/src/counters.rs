//! What the filter counts about itself: created = delivered + dropped + queued.

/// A counter of the filter's own; [`Counter::name`] is its name in Envoy's statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Spans made: one for each sampled request that has ended.
    SpansCreated,
    /// Requests that the head sampler left out, those that were promoted later among them.
    SpansSampledOut,
    /// Spans that the collector accepted.
    SpansDelivered,
    /// Spans dropped because the queue was full.
    DroppedQueueFull,
    /// Spans that the collector refused within an accepted batch (partial success).
    DroppedRejected,
    /// Spans of batches answered with a status that must not be retried.
    DroppedNotRetryable,
    /// Spans of batches that could not be delivered within `retry.max_elapsed_time`.
    DroppedRetryExhausted,
    /// Spans that alone were too large for the backend (HTTP 413).
    DroppedTooLarge,
    /// Spans still queued when the host deleted the filter, that could not be left to the next one,
    /// or not be read by it.
    DroppedShutdown,
    /// Export requests sent or tried.
    ExportAttempts,
    /// Export requests that were not accepted.
    ExportFailures,
    /// Export requests that went to the failover cluster.
    ExportFailovers,
    /// Requests whose `traceparent` broke the rules; their trace started anew.
    ContextsInvalid,
    /// Requests whose `tracestate` broke the rules; it was dropped.
    TraceStatesInvalid,
    /// Host calls that failed unexpectedly; the request went on untouched.
    HostErrors,
    /// Spans among them that were promoted after the head sampler had left them out.
    SpansKept,
    /// Requests whose trace was forced by their callers.
    TracesForced,
    /// Requests that should have been promoted and were not, for `keep.rate_limit`.
    KeepsRateLimited,
    /// Held calls that had to make room for others.
    HeldCallsEvicted,
    /// Notices of kept traces that were overwritten before this worker read them.
    KeptTracesMissed,
    /// Writes to data of all workers that another worker forestalled; they are tried again.
    SharedDataConflicts,
    /// Good answers of a Jaeger strategies endpoint.
    SamplingUpdates,
    /// Polls of it that brought no answer, or a bad one; the last good one stays in force.
    SamplingUpdateFailures,
    /// Requests of strangers whose trace context was not believed.
    ContextsForeign,
    /// Members of baggage that were not passed on, for the limits of W3C Baggage.
    BaggageMembersDropped,
    /// Attributes that were left out of spans for `limits`.
    AttributesDropped,
    /// Attributes of spans whose values were cut for `limits`.
    AttributesTruncated,
}

/// Counts since the last report to the host.
#[derive(Clone, Debug, Default)]
pub struct Counters([u64; Counter::ALL.len()]);

impl Counter {
    /// Every counter.
    pub const ALL: [Self; 27] = [
        Self::SpansCreated,
        Self::SpansSampledOut,
        Self::SpansDelivered,
        Self::DroppedQueueFull,
        Self::DroppedRejected,
        Self::DroppedNotRetryable,
        Self::DroppedRetryExhausted,
        Self::DroppedTooLarge,
        Self::DroppedShutdown,
        Self::ExportAttempts,
        Self::ExportFailures,
        Self::ExportFailovers,
        Self::ContextsInvalid,
        Self::TraceStatesInvalid,
        Self::HostErrors,
        Self::SpansKept,
        Self::TracesForced,
        Self::KeepsRateLimited,
        Self::HeldCallsEvicted,
        Self::KeptTracesMissed,
        Self::SharedDataConflicts,
        Self::SamplingUpdates,
        Self::SamplingUpdateFailures,
        Self::ContextsForeign,
        Self::BaggageMembersDropped,
        Self::AttributesDropped,
        Self::AttributesTruncated,
    ];

    /// Name in Envoy's statistics.
    pub fn name(self) -> &'static str {
        match self {
            Self::SpansCreated => "spanmesh_spans_created",
            Self::SpansSampledOut => "spanmesh_spans_sampled_out",
            Self::SpansDelivered => "spanmesh_spans_delivered",
            Self::DroppedQueueFull => "spanmesh_spans_dropped_queue_full",
            Self::DroppedRejected => "spanmesh_spans_dropped_rejected",
            Self::DroppedNotRetryable => "spanmesh_spans_dropped_not_retryable",
            Self::DroppedRetryExhausted => "spanmesh_spans_dropped_retry_exhausted",
            Self::DroppedTooLarge => "spanmesh_spans_dropped_too_large",
            Self::DroppedShutdown => "spanmesh_spans_dropped_shutdown",
            Self::ExportAttempts => "spanmesh_export_attempts",
            Self::ExportFailures => "spanmesh_export_failures",
            Self::ExportFailovers => "spanmesh_export_failovers",
            Self::ContextsInvalid => "spanmesh_contexts_invalid",
            Self::TraceStatesInvalid => "spanmesh_tracestates_invalid",
            Self::HostErrors => "spanmesh_host_errors",
            Self::SpansKept => "spanmesh_spans_kept",
            Self::TracesForced => "spanmesh_traces_forced",
            Self::KeepsRateLimited => "spanmesh_keeps_rate_limited",
            Self::HeldCallsEvicted => "spanmesh_held_calls_evicted",
            Self::KeptTracesMissed => "spanmesh_kept_traces_missed",
            Self::SharedDataConflicts => "spanmesh_shared_data_conflicts",
            Self::SamplingUpdates => "spanmesh_sampling_updates",
            Self::SamplingUpdateFailures => "spanmesh_sampling_update_failures",
            Self::ContextsForeign => "spanmesh_contexts_foreign",
            Self::BaggageMembersDropped => "spanmesh_baggage_members_dropped",
            Self::AttributesDropped => "spanmesh_attributes_dropped",
            Self::AttributesTruncated => "spanmesh_attributes_truncated",
        }
    }
}

/// Gauge of spans that wait, in shared data too, or are on their way, in Envoy's statistics.
pub const SPANS_QUEUED: &str = "spanmesh_spans_queued";
/// Gauge of VMs whose configuration was refused although Envoy took it, in Envoy's statistics.
pub const CONFIGURATION_REFUSED: &str = "spanmesh_configuration_refused";
/// Histogram of the time until the answer to an export, in milliseconds.
pub const EXPORT_DURATION: &str = "spanmesh_export_duration_milliseconds";
/// Histogram of the spans of an export.
pub const EXPORT_BATCH_SIZE: &str = "spanmesh_export_batch_size";

impl Counters {
    /// Adds `count` to `counter`.
    pub fn add(&mut self, counter: Counter, count: u64) {
        if let Some(value) = self.0.get_mut(counter as usize) {
            *value = value.saturating_add(count);
        }
    }

    /// The count since the last [`Self::take`].
    pub fn get(&self, counter: Counter) -> u64 {
        self.0.get(counter as usize).copied().unwrap_or_default()
    }

    /// Hands out every count that is not zero, and starts again from zero.
    pub fn take(&mut self) -> impl Iterator<Item = (Counter, u64)> + use<> {
        let taken = std::mem::take(self);
        Counter::ALL.into_iter().map(move |c| (c, taken.get(c))).filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_counter_has_its_own_place_and_name() {
        let names: std::collections::HashSet<_> = Counter::ALL.map(Counter::name).into();
        assert_eq!(names.len(), Counter::ALL.len());
        let mut counters = Counters::default();
        for (index, counter) in Counter::ALL.into_iter().enumerate() {
            assert_eq!(counter as usize, index, "ALL is in the order of the enum");
            counters.add(counter, index as u64 + 1);
        }
        assert!(Counter::ALL.into_iter().enumerate().all(|(i, c)| counters.get(c) == i as u64 + 1));
        assert_eq!(counters.take().count(), Counter::ALL.len());
        assert_eq!(counters.take().count(), 0, "taken counts start again");
    }
}
