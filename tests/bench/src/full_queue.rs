//! How much memory the filter's VM takes when its queue is full: the collector refuses
//! everything, then hangs, then is gone, and requests go on and on.

use std::io;
use std::time::Duration;

use serde::Serialize;
use spanmesh_harness::memory::linear_memories;
use tokio::runtime::Runtime;

use crate::check::counter;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::variant::Variant;
use crate::world::{Behaviour, Site, World};

/// A queue of 2,048 spans is full after a few tenths of a second of full load.
const LOAD: Duration = Duration::from_secs(2);

/// The largest linear memory of the filter's VMs, in bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct VmMemory {
    /// Before the first request.
    pub idle_bytes: u64,
    /// Under full load with a collector that takes everything.
    pub exporting_bytes: u64,
    /// With a full queue.
    pub full_queue_bytes: u64,
    /// How many spans found the queue full.
    pub dropped_queue_full: u64,
}

type CollectorTrouble = fn(&mut World, Site);

const TROUBLES: [CollectorTrouble; 3] = [
    |world, site| world.set_behaviour(site, Behaviour::Refuse),
    |world, site| world.set_behaviour(site, Behaviour::Hang),
    |world, site| world.stop_collector(site),
];

/// Measures a fresh Envoy of a variant with the filter. Requests must be answered all the time.
pub fn measure(variant: Variant, settings: &Settings, runtime: &Runtime) -> io::Result<VmMemory> {
    let mut world = World::new()?;
    let mut subject = Subject::start(variant, settings, &mut world, runtime)?;
    let idle_bytes = largest(&subject)?;
    subject.warm_up(&mut world, LOAD)?;
    let exporting_bytes = largest(&subject)?;
    for trouble in TROUBLES {
        trouble(&mut world, subject.site);
        subject.warm_up(&mut world, LOAD)?;
    }
    // The filter reports to the host in its ticks.
    world.idle(Duration::from_secs(1), |_| false)?;
    let full_queue_bytes = largest(&subject)?;
    let counters = subject.counters(runtime);
    let dropped_queue_full = counter(&counters, "spanmesh_spans_dropped_queue_full");
    if dropped_queue_full == 0 {
        return Err(subject.error("the queue never became full"));
    }
    subject.stop(&mut world);
    Ok(VmMemory { idle_bytes, exporting_bytes, full_queue_bytes, dropped_queue_full })
}

fn largest(subject: &Subject) -> io::Result<u64> {
    let largest = linear_memories(subject.pid())?.into_iter().max();
    largest.ok_or_else(|| subject.error("no linear memory in /proc/PID/maps"))
}
