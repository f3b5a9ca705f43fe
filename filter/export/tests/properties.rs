//! Properties of delivery: whatever a backend answers, every span is accounted for.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::otlp::messages::Resource;
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, ExporterSettings, Outcome, RetrySettings};
use spanmesh_export::queue::{BatchLimits, BatchQueue, DropPolicy};

proptest! {
    #[test]
    fn any_answer_of_a_collector_is_accounted_for(
        status in 0_u16..700,
        retry_after in proptest::option::of("(Sun, [0-9]{2} Nov 1994 08:49:37 GMT|[0-9]{1,20}|.{0,9})"),
        body in proptest::collection::vec(any::<u8>(), 0..80),
        now: u64,
    ) {
        let limits = BatchLimits {
            schedule_delay: 1,
            max_export_batch_size: 1,
            max_export_batch_bytes: 1_000,
            max_queue_size: 4,
            max_queue_bytes: 1_000,
            drop_when_full: DropPolicy::Newest,
        };
        let retry = RetrySettings { initial_interval: 5, max_interval: 9, max_elapsed_time: 20 };
        let queue = BatchQueue::new(limits, Envelope::new(&Resource::default()));
        let mut exporter = Exporter::new(
            queue,
            ExporterSettings { retry, timeout: 5 },
            vec!["backend".to_owned()],
        );
        let mut counters = Counters::default();
        exporter.push(now, &mut counters, |out| out.extend([0x12, 0]));
        prop_assert!(exporter.poll_transmit(now, &mut counters).is_some());
        let outcome = Outcome::Response { status, retry_after: retry_after.as_deref().map(str::as_bytes), content_type: None, body: &body };
        exporter.handle(0, now, &outcome, 7, &mut counters);
        let gone = [
            Counter::SpansDelivered,
            Counter::DroppedRejected,
            Counter::DroppedNotRetryable,
            Counter::DroppedRetryExhausted,
            Counter::DroppedTooLarge,
        ];
        let gone: u64 = gone.into_iter().map(|counter| counters.get(counter)).sum();
        prop_assert_eq!(gone + exporter.spans() as u64, 1);
    }
}
