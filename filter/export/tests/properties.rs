//! Properties of delivery: whatever a backend answers, every span is accounted for.
#![cfg(not(target_arch = "wasm32"))]

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;
use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::otlp::messages::{ExportTraceServiceRequest, Resource};
use spanmesh_core::otlp::wire::{put_bytes, put_message};
use spanmesh_core::shared_data::{Conflict, SharedData};
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, ExporterSettings, Outcome, RetrySettings};
use spanmesh_export::queue::{BatchLimits, BatchQueue, DropPolicy};

/// Shared data of one value.
#[derive(Default)]
struct Shelf(RefCell<Vec<u8>>);

impl SharedData for Shelf {
    fn get(&self, _key: &str) -> Option<(Vec<u8>, u32)> {
        Some((self.0.borrow().clone(), 1))
    }

    fn set(&self, _key: &str, value: &[u8], _number: u32) -> Result<(), Conflict> {
        self.0.replace(value.to_vec());
        Ok(())
    }
}

fn exporter(max_export_batch_size: usize, max_queue_size: usize) -> Exporter {
    let limits = BatchLimits {
        schedule_delay: 1,
        max_export_batch_size,
        max_export_batch_bytes: 1_000,
        max_queue_size,
        max_queue_bytes: 100_000,
        drop_when_full: DropPolicy::Newest,
    };
    let retry = RetrySettings { initial_interval: 5, max_interval: 9, max_elapsed_time: 20 };
    let queue = BatchQueue::new(limits, Envelope::new(&Resource::default()));
    Exporter::new(queue, ExporterSettings { retry, timeout: 5 }, vec!["backend".to_owned()])
}

proptest! {
    /// Whatever old workers leave, in whatever batches, new ones send exactly that.
    #[test]
    fn what_is_handed_over_arrives_as_it_was(
        workers in vec((1_usize..9, vec(0_usize..200, 0..30), any::<bool>()), 1..4),
        heirs in vec(1_usize..20, 1..4),
    ) {
        let (shelf, mut counters) = (Shelf::default(), Counters::default());
        let (mut expected, mut left) = (Vec::new(), 0);
        for (worker, (batch, names, sends)) in workers.into_iter().enumerate() {
            let mut old = exporter(batch, 1_000);
            for (number, length) in names.into_iter().enumerate() {
                let name = format!("{worker}.{number}.{}", "x".repeat(length));
                old.push(0, &mut counters, |out| {
                    put_message(out, 2, |out| put_bytes(out, 5, name.as_bytes()));
                });
                expected.push(name);
            }
            prop_assert!(!sends || old.poll_transmit(2, &mut counters).is_some() || old.is_empty());
            left += old.hand_over("", &mut counters, &shelf);
            prop_assert!(old.is_empty());
        }
        prop_assert_eq!(left, expected.len());
        let mut found = Vec::new();
        let mut heirs: Vec<Exporter> = heirs.into_iter().map(|size| exporter(5, size)).collect();
        while !shelf.0.borrow().is_empty() {
            for heir in &mut heirs {
                left -= heir.inherit("", &mut counters, &shelf);
                while let Some(transmit) = heir.poll_transmit(2, &mut counters) {
                    let request = ExportTraceServiceRequest::decode(transmit.body).unwrap();
                    let spans = &request.resource_spans[0].scope_spans[0].spans;
                    found.extend(spans.iter().map(|span| span.name.clone()));
                    let accepted = Outcome::Response { status: 200, retry_after: None, content_type: None, body: b"" };
                    heir.handle(0, 2, &accepted, 0, &mut counters);
                }
                prop_assert!(heir.is_empty());
            }
        }
        expected.sort();
        found.sort();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(left, 0);
        prop_assert_eq!(counters.get(Counter::DroppedShutdown), 0);
    }

    /// Other plugins and versions may write what they like: it is taken away and counted once.
    #[test]
    fn any_bytes_that_are_found_are_accounted_for(
        value in prop_oneof![
            vec(any::<u8>(), 0..60),
            vec(prop_oneof![Just(0), 0_u8..4, any::<u8>()], 0..60).prop_map(|mut bytes| {
                bytes.insert(0, 1);
                bytes
            }),
        ],
    ) {
        let (shelf, mut counters) = (Shelf(RefCell::new(value.clone())), Counters::default());
        let mut heir = exporter(5, usize::MAX);
        let taken = heir.inherit("", &mut counters, &shelf);
        let lost = counters.get(Counter::DroppedShutdown);
        prop_assert_eq!(taken as u64, heir.spans() as u64 + lost);
        prop_assert_eq!(shelf.0.borrow().len(), 0);
        heir.poll_transmit(0, &mut counters);
        prop_assert_eq!(exporter(5, 5).inherit("", &mut counters, &shelf), 0);
        prop_assert_eq!(exporter(5, 5).hand_over("", &mut counters, &Shelf(RefCell::new(value))), 0);
    }

    #[test]
    fn any_answer_of_a_collector_is_accounted_for(
        status in 0_u16..700,
        retry_after in proptest::option::of("(Sun, [0-9]{2} Nov 1994 08:49:37 GMT|[0-9]{1,20}|.{0,9})"),
        body in proptest::collection::vec(any::<u8>(), 0..80),
        now: u64,
    ) {
        let mut exporter = exporter(1, 4);
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
