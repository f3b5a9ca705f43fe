//! One Envoy under measurement, with its load and its site.

mod slice;

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use spanmesh_harness::Envoy;
use tokio::runtime::Runtime;

use crate::measure::affinity;
use crate::settings::Settings;
use crate::variant::{LISTENER, Variant};
use crate::world::{Load, Pace, Site, World};

pub use slice::Slice;

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

// === impl Subject ===

impl Subject {
    /// Starts an Envoy with the workers that the settings say and connects its load.
    pub fn start(
        variant: Variant,
        settings: &Settings,
        world: &mut World,
        runtime: &Runtime,
    ) -> io::Result<Subject> {
        Subject::with_workers(settings.workers, variant, settings, world, runtime)
    }

    /// Starts an Envoy with so many workers; if there are several, they have the load's core too.
    pub fn with_workers(
        workers: u32,
        variant: Variant,
        settings: &Settings,
        world: &mut World,
        runtime: &Runtime,
    ) -> io::Result<Subject> {
        let site = world.add_site()?;
        let builder = Envoy::builder(variant.config(site)).concurrency(workers);
        let builder = builder.pin_to_core(settings.envoy_core);
        let envoy = runtime.block_on(builder.try_start());
        let envoy = envoy.map_err(|log| {
            io::Error::other(format!("{}: Envoy did not start; it says:\n{log}", variant.name))
        })?;
        if workers > 1 {
            affinity::allow_cores(envoy.pid(), &[settings.envoy_core, settings.load_core])?;
        }
        let port = envoy.port(LISTENER);
        let (count, request) = (settings.connections, variant.request());
        let load = match settings.http2 {
            true => world.connect_http2(port, count, &request)?,
            false => world.connect(port, count, request)?,
        };
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
