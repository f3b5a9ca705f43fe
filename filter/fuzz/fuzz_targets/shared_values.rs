//! Values in shared data, which others may write too: whatever stands there, limits hold, nobody is told
//! of what was not kept, and every span that was left is accounted for.

#![no_main]

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use spanmesh_core::counters::{Counter, Counters};
use spanmesh_core::heartbeat::Heartbeat;
use spanmesh_core::ids::TraceId;
use spanmesh_core::keep::KeptTraces;
use spanmesh_core::otlp::messages::Resource;
use spanmesh_core::sampling::{RateLimit, RateLimiter};
use spanmesh_core::shared_data::{Conflict, SharedData};
use spanmesh_export::envelope::Envelope;
use spanmesh_export::exporter::{Exporter, ExporterSettings, RetrySettings};
use spanmesh_export::queue::{BatchLimits, BatchQueue, DropPolicy};

const SECOND: u64 = 1_000_000_000;
const BURST: u32 = 3;
const HANDOVER: &str = "spanmesh.handover/a";

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Whether other values than ours are ever written.
    steps: Vec<Step<'a>>,
}

#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Admit(bool),
    Publish(u8),
    Look(bool, u8),
    Beat,
    Wait(u16),
    SetClock(u32),
    Scribble(u8, &'a [u8]),
    Forestall(u8),
    HandOver(u8),
    Inherit,
}

/// A store as Envoy's is.
#[derive(Default)]
struct Store {
    values: RefCell<HashMap<String, (Vec<u8>, u32)>>,
    forestalled: RefCell<u8>,
}

impl SharedData for Store {
    fn get(&self, key: &str) -> Option<(Vec<u8>, u32)> {
        self.values.borrow().get(key).cloned()
    }

    fn set(&self, key: &str, value: &[u8], number: u32) -> Result<(), Conflict> {
        let mut values = self.values.borrow_mut();
        let known = values.get(key).map_or(0, |(_, number)| *number);
        let mut forestalled = self.forestalled.borrow_mut();
        if number != 0 && (*forestalled > 0 || number != known) {
            *forestalled = forestalled.saturating_sub(1);
            return Err(Conflict);
        }
        values.insert(key.to_owned(), (value.to_vec(), known + 1));
        Ok(())
    }
}

fn exporter() -> Exporter {
    let limits = BatchLimits {
        schedule_delay: SECOND,
        max_export_batch_size: 4,
        max_export_batch_bytes: 1_000,
        max_queue_size: 10,
        max_queue_bytes: 4_000,
        drop_when_full: DropPolicy::Newest,
    };
    let retry = RetrySettings { initial_interval: 1, max_interval: 1, max_elapsed_time: 1 };
    let queue = BatchQueue::new(limits, Envelope::new(&Resource::default()));
    Exporter::new(queue, ExporterSettings { retry, timeout: SECOND }, vec!["backend".to_owned()])
}

fuzz_target!(|input: Input<'_>| {
    let store = Store::default();
    let mut now = 1_000_000 * SECOND;
    let limit = RateLimit { traces_per_second: 1.0, burst: BURST.into() };
    let limiters = [(); 2].map(|()| RateLimiter::new("a", limit));
    let mut readers = [(); 2].map(|()| KeptTraces::join("a", SECOND, &store));
    let mut heartbeat = Heartbeat::new("a");
    let mut published = HashSet::new();
    let mut counters = Counters::default();
    let mut exporters = [exporter(), exporter()];
    // Tokens that may have been given out since the clock was set or a value was overwritten.
    let (mut admitted, mut since, mut is_foreign) = (0_u64, now, false);
    for step in input.steps {
        match step {
            Step::Admit(which) => {
                let admission = limiters[usize::from(which)].admit(now, &store);
                admitted += u64::from(admission.admitted);
                let most = u64::from(BURST) + (now - since) / SECOND + 1;
                assert!(is_foreign || admitted <= most, "{admitted} of {most}");
            }
            Step::Publish(number) => {
                let trace_id = TraceId::from_low_half(u64::from(number) + 1).expect("not zero");
                published.insert(trace_id);
                let _ = readers[0].publish(now, trace_id, &store);
            }
            Step::Look(all, number) => {
                let trace_id = TraceId::from_low_half(u64::from(number) + 1).expect("not zero");
                if all {
                    readers[1].catch_up(now, &store, |told| {
                        assert!(is_foreign || published.contains(&told), "{told:?}");
                    });
                } else if readers[1].contains(now, trace_id, &store) {
                    assert!(is_foreign || published.contains(&trace_id));
                }
                readers[1].take_missed();
            }
            Step::Beat => {
                heartbeat.beat(now, &store);
                let heard = Heartbeat::new("a").is_heard(now, &store);
                assert!(heard || is_foreign, "a beat is heard");
            }
            Step::Wait(milliseconds) => now += u64::from(milliseconds) * SECOND / 1_000,
            Step::SetClock(seconds) => {
                now = u64::from(seconds) * SECOND;
                (admitted, since) = (0, now);
                is_foreign = true;
            }
            Step::Scribble(key, value) => {
                let mut keys: Vec<_> = store.values.borrow().keys().cloned().collect();
                keys.sort();
                if let Some(key) = keys.get(usize::from(key) % keys.len().max(1)) {
                    is_foreign = true;
                    store.set(key, value, 0).expect("unconditional");
                }
            }
            Step::Forestall(times) => *store.forestalled.borrow_mut() = times,
            Step::HandOver(spans) => {
                for _ in 0..spans % 12 {
                    exporters[0].push(now, &mut counters, |out| out.extend([0x12, 2, 0x2a, 0]));
                }
                let before = exporters[0].spans();
                let dropped = counters.get(Counter::DroppedShutdown);
                let left = exporters[0].hand_over(HANDOVER, &mut counters, &store);
                let dropped = counters.get(Counter::DroppedShutdown) - dropped;
                assert_eq!(left as u64 + dropped, before as u64, "left or dropped");
                assert!(exporters[0].is_empty());
            }
            Step::Inherit => {
                let before = exporters[1].spans();
                let dropped = counters.get(Counter::DroppedShutdown);
                let taken = exporters[1].inherit(HANDOVER, &mut counters, &store);
                let dropped = counters.get(Counter::DroppedShutdown) - dropped;
                let gained = exporters[1].spans() - before;
                assert_eq!(taken as u64, gained as u64 + dropped, "taken or dropped");
                assert!(is_foreign || before == 0 || exporters[1].spans() <= 10);
                if !is_foreign {
                    assert_eq!(dropped, 0, "all of it can be read");
                }
            }
        }
    }
});
