//! Slices of load that are measured.

use std::io;
use std::time::{Duration, Instant};

use super::Subject;
use crate::latency::Latency;
use crate::measure::cpu;
use crate::world::{Pace, World};

/// Load before each measurement, so that the caches and the connections are this Envoy's, and as
/// many batches are under way at its beginning as at its end.
const LEAD_IN: Duration = Duration::from_millis(250);

/// One slice at saturation.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Envoy's CPU time for a request, in microseconds.
    pub cpu_us: f64,
    /// Requests a second.
    pub throughput: f64,
    /// The share of its core that Envoy had: 1 is saturation.
    pub utilisation: f64,
}

// === impl Subject ===

impl Subject {
    /// Measures its CPU time under as much load as it can take.
    pub fn saturate(&mut self, world: &mut World, duration: Duration) -> io::Result<Slice> {
        self.load.start(Pace::Closed);
        world.run(&mut self.load, LEAD_IN)?;

        let (begin, completed) = (Instant::now(), self.load.completed);
        let run_time = cpu::run_time(self.pid())?;
        world.run(&mut self.load, duration)?;
        let run_time = cpu::run_time(self.pid())? - run_time;
        let (elapsed, completed) = (begin.elapsed(), self.load.completed - completed);

        self.finish(world)?;
        Ok(Slice {
            cpu_us: run_time as f64 / 1e3 / completed as f64,
            throughput: completed as f64 / elapsed.as_secs_f64(),
            utilisation: run_time as f64 / elapsed.as_nanos() as f64,
        })
    }

    /// Measures the latency of requests sent at a fixed rate (requests a second).
    pub fn pace(
        &mut self,
        world: &mut World,
        rate: f64,
        duration: Duration,
    ) -> io::Result<Latency> {
        self.load.start(Pace::Fixed(Duration::from_secs_f64(1.0 / rate)));
        world.run(&mut self.load, LEAD_IN)?;
        self.load.record_latencies();
        world.run(&mut self.load, duration)?;
        let latencies = self.load.take_latencies();
        self.finish(world)?;
        self.settle(world)?;
        Latency::of(latencies, rate).ok_or_else(|| self.error("too few requests were answered"))
    }
}
