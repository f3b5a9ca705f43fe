//! One Envoy under measurement, with its load and its site.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use spanmesh_harness::Envoy;
use tokio::runtime::Runtime;

use crate::latency::Latency;
use crate::measure::cpu;
use crate::settings::Settings;
use crate::variant::{LISTENER, Variant};
use crate::world::{Load, Pace, Site, World};

/// Load before each measurement, so that the caches and the connections are this Envoy's, and as
/// many batches are under way at its beginning as at its end.
const LEAD_IN: Duration = Duration::from_millis(250);

/// All variants but `native` flush every second.
const SETTLING: Duration = Duration::from_secs(2);

/// An Envoy of one variant.
#[derive(Debug)]
pub struct Subject {
    /// What it runs.
    pub variant: Variant,
    /// Its world.
    pub site: Site,
    /// Its load.
    pub load: Load,
    envoy: Envoy,
}

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
    /// Starts an Envoy on its core and connects its load.
    pub fn start(
        variant: Variant,
        settings: &Settings,
        world: &mut World,
        runtime: &Runtime,
    ) -> io::Result<Subject> {
        let site = world.add_site()?;
        let builder = Envoy::builder(variant.config(site)).pin_to_core(settings.envoy_core);
        let envoy = runtime.block_on(builder.try_start());
        let envoy = envoy.map_err(|log| {
            io::Error::other(format!("{}: Envoy did not start; it says:\n{log}", variant.name))
        })?;
        let port = envoy.port(LISTENER);
        let load = world.connect(port, settings.connections, variant.request())?;
        Ok(Subject { variant, site, load, envoy })
    }

    /// Process id of the Envoy.
    pub fn pid(&self) -> u32 {
        self.envoy.pid()
    }

    /// Loads it for a while without measuring.
    pub fn warm_up(&mut self, world: &mut World, duration: Duration) -> io::Result<()> {
        self.load.start(Pace::Closed);
        world.run(&mut self.load, duration)?;
        self.finish(world)
    }

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

    /// Waits until its spans have left it, so that it will not wake up for them while another
    /// one is measured. The native tracer may keep less than five of them for longer.
    pub fn settle(&self, world: &mut World) -> io::Result<()> {
        let site = self.site;
        world.idle(SETTLING, |world| {
            let tally = world.tally(site);
            tally.sampled < tally.spans + 5
        })?;
        Ok(())
    }

    /// The filter's own counters, by their names.
    pub fn counters(&self, runtime: &Runtime) -> BTreeMap<String, u64> {
        let stats = runtime.block_on(self.envoy.stats(""));
        let own = stats.into_iter().filter_map(|(name, value)| {
            // Some versions of Envoy put `wasmcustom.` before it.
            let own = name.strip_prefix("wasmcustom.").unwrap_or(&name);
            own.starts_with("spanmesh_").then(|| (own.to_owned(), value))
        });
        own.collect()
    }

    /// Ends it, and takes its site down.
    pub fn stop(self, world: &mut World) {
        world.remove(self.site, &self.load);
    }

    /// An error about this variant.
    pub fn error(&self, what: impl std::fmt::Display) -> io::Error {
        io::Error::other(format!(
            "{}: {what}; Envoy says:\n{}",
            self.variant.name,
            self.envoy.log()
        ))
    }

    fn finish(&mut self, world: &mut World) -> io::Result<()> {
        world.finish(&mut self.load).map_err(|error| self.error(error))?;
        match self.load.failed {
            (0, _) => Ok(()),
            (count, status) => Err(self.error(format_args!("{count} answers, such as {status}"))),
        }
    }
}
