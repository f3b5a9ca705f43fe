//! How often workers get into each other's way at a rate limit that they share: two of them at full
//! load, with far more requests than traces are admitted.

use std::io;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::runtime::Runtime;

use crate::check::{check, counter};
use crate::settings::Settings;
use crate::subject::Subject;
use crate::variant::{RATE_LIMITED, TRACES_PER_SECOND};
use crate::world::{Pace, World};

const WORKERS: u32 = 2;

/// Long enough for the burst that is admitted at first to be over, and for the JIT compiler.
const LEAD_IN: Duration = Duration::from_secs(3);
const LOAD: Duration = Duration::from_secs(5);

/// What came of the limit.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RateLimitContention {
    /// Workers of the Envoy.
    pub workers: u32,
    /// The limit.
    pub traces_per_second: u32,
    /// Requests a second.
    pub requests_per_second: f64,
    /// Traces a second that were admitted.
    pub admitted_per_second: f64,
    /// Writes of the shared budget that the other worker forestalled, for a thousand traces that
    /// were admitted, the burst at the beginning left out.
    pub conflicts_per_1000_admitted: f64,
}

/// Measures a fresh Envoy. Every admitted trace's span must arrive.
pub fn measure(settings: &Settings, runtime: &Runtime) -> io::Result<RateLimitContention> {
    let mut world = World::new()?;
    let mut subject = Subject::with_workers(WORKERS, RATE_LIMITED, settings, &mut world, runtime)?;
    subject.load.start(Pace::Closed);
    world.run(&mut subject.load, LEAD_IN)?;

    let counted = counts(&subject, runtime);
    let (begin, tally) = (Instant::now(), world.tally(subject.site));
    world.run(&mut subject.load, LOAD)?;
    let (seconds, tally) = (begin.elapsed().as_secs_f64(), world.tally(subject.site) - tally);
    let counted = counts(&subject, runtime).since(counted);

    world.finish(&mut subject.load)?;
    check(&subject, &mut world, runtime)?;
    subject.stop(&mut world);
    Ok(RateLimitContention {
        workers: WORKERS,
        traces_per_second: TRACES_PER_SECOND,
        requests_per_second: tally.requests as f64 / seconds,
        admitted_per_second: tally.sampled as f64 / seconds,
        conflicts_per_1000_admitted: 1e3 * counted.conflicts as f64 / counted.admitted as f64,
    })
}

/// What the filter had counted when its workers last reported to the host. Both numbers of a worker
/// are of the same moment.
#[derive(Clone, Copy, Debug)]
struct Counts {
    conflicts: u64,
    admitted: u64,
}

fn counts(subject: &Subject, runtime: &Runtime) -> Counts {
    let counters = subject.counters(runtime);
    Counts {
        conflicts: counter(&counters, "spanmesh_shared_data_conflicts"),
        admitted: counter(&counters, "spanmesh_spans_created"),
    }
}

// === impl Counts ===

impl Counts {
    fn since(self, earlier: Counts) -> Counts {
        Counts {
            conflicts: self.conflicts - earlier.conflicts,
            admitted: self.admitted - earlier.admitted,
        }
    }
}
