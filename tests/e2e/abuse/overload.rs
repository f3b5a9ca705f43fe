//! Overload: far more spans than their collector takes. What has no room is dropped and counted; the
//! requests and the memory notice nothing.

use std::time::Duration;

use serde_json::json;
use spanmesh_harness::{Answer, Load, SECONDS};

use super::memory::Memory;
use crate::support::{INBOUND, Sidecar, account};

const QUEUE: u64 = 200;
const BATCH: u64 = 50;
/// How much more than the collector takes comes.
const TIMES: u64 = 20;
/// Slices of load, and the length of each; the first of the troubled ones are its warm-up.
const SLICES: usize = 8;
const WARM_UP: usize = 2;
const SLICE: Duration = Duration::from_millis(300);
/// What memory may grow by from the warm-up on, in bytes: of the largest VM and of the process.
const VM_GROWTH: u64 = 128 << 10;
const GROWTH: u64 = 8 << 20;

#[derive(Clone, Copy, Debug)]
enum Collector {
    /// Nothing listens.
    Absent,
    /// It takes connections and reads nothing.
    Silent,
    /// It takes two seconds for a batch: 25 spans a second.
    Slow,
}

async fn sidecar() -> Sidecar {
    let retry = json!({"initial_interval": "50ms", "max_interval": "200ms"});
    let batch = json!({
        "schedule_delay": "50ms",
        "max_queue_size": QUEUE,
        "max_export_batch_size": BATCH,
    });
    Sidecar::start(json!({"batch": batch, "retry": retry})).await
}

/// Requests a second of a slice of load, all of which are answered, none of them late.
async fn slice(sidecar: &Sidecar) -> f64 {
    let load = Load::on(sidecar.envoy.port(INBOUND)).connections(8).duration(SLICE);
    let report = load.run().await;
    assert_eq!((report.with_status(200), report.errors), (report.answered(), 0), "{report:?}");
    // An export is waited for longer: no request waits for one.
    assert!(report.slowest < 5 * SECONDS, "{report:?}");
    report.answered() as f64 / report.elapsed.as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

async fn overload(trouble: Collector, calm: &Sidecar) {
    let sidecar = sidecar().await;
    let (envoy, collector) = (&sidecar.envoy, &sidecar.collector);
    match trouble {
        Collector::Absent => collector.stop().await,
        Collector::Silent => collector.fall_silent().await,
        Collector::Slow => collector.set_default(Answer::delayed(2 * SECONDS, Answer::Accept)),
    }
    // However slow the machine is, the queue is full after the warm-up.
    let fill = Load::on(envoy.port(INBOUND)).connections(8).count(4 * QUEUE).run().await;
    assert_eq!(fill.with_status(200), 4 * QUEUE, "{trouble:?}: {fill:?}");
    let (mut rates, mut warm) = ([Vec::new(), Vec::new()], None);
    for number in 0..SLICES {
        rates[0].push(slice(calm).await);
        rates[1].push(slice(&sidecar).await);
        let queued = envoy.stat("spanmesh_spans_queued").await;
        assert!(queued <= QUEUE, "{trouble:?}: {queued} spans are queued");
        if number + 1 == WARM_UP {
            warm = Some(Memory::of(envoy.pid()));
        }
    }
    let (warm, now) = (warm.expect("there was a warm-up"), Memory::of(envoy.pid()));
    assert!(now.largest_vm <= warm.largest_vm + VM_GROWTH, "{trouble:?}: {warm}, then {now}");
    assert!(now.resident <= warm.resident + GROWTH, "{trouble:?}: {warm}, then {now}");

    // Counters come within a second.
    tokio::time::sleep(SECONDS * 6 / 5).await;
    let full = account(envoy).await;
    full.check();
    let (created, taken) = (full.of("spans_created"), full.of("spans_delivered"));
    assert!(
        created >= TIMES * taken && created > 2 * QUEUE,
        "{trouble:?}: not enough load: {full:?}"
    );
    assert!(full.of("spans_dropped_queue_full") > 0, "{trouble:?}: {full:?}");

    let [undisturbed, overloaded] = rates.map(median);
    println!(
        "{trouble:?}: {created} spans, {taken} of them taken meanwhile; {undisturbed:.0} and \
         {overloaded:.0} requests/s; {warm}, then {now}"
    );
    assert!(overloaded > undisturbed / 2.0, "{trouble:?}: {overloaded} of {undisturbed} a second");

    collector.set_default(Answer::Accept);
    collector.restart().await;
    let account = sidecar.settled(created).await;
    account.check();
    assert_eq!(account.of("spans_delivered"), collector.ledger().delivered(), "{trouble:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_times_what_the_collector_takes_is_dropped_counted_and_felt_by_nobody() {
    let calm = sidecar().await;
    for trouble in [Collector::Absent, Collector::Silent, Collector::Slow] {
        overload(trouble, &calm).await;
    }
}
