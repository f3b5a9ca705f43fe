//! An hour's worth of traffic as fast as it goes: memory must be flat, and every span accounted for.

pub mod plot;
mod record;
mod traffic;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use spanmesh_harness::{Envoy, EnvoyConfig};
use tokio::runtime::Runtime;

use crate::measure::affinity;
use crate::progress;
use crate::variant::{APPLICATION, COLLECTOR, ENVOY, LISTENER};
use crate::world::{Load, Pace, Site, World};

pub use record::{Record, Sample};

/// Load between two samples.
const SLICE: Duration = Duration::from_secs(2);
/// What the last exports may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Many, so that a busy machine has something to do whenever it comes to it.
const CONNECTIONS: usize = 256;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soak {
    /// Requests to send.
    pub requests: u64,
    /// The end, if they take longer.
    pub most: Duration,
    /// Where `soak.json` and `soak.svg` go; `None` for the target directory.
    pub out: Option<PathBuf>,
    /// The cores of Envoy and of everything else.
    pub cores: [usize; 2],
}

/// Runs it. An error is a problem of it: a request with another answer than it must have, a span that
/// is missing, or memory that grew.
pub fn run(soak: &Soak, runtime: &Runtime) -> io::Result<Record> {
    let [envoy_core, load_core] = soak.cores;
    affinity::pin_to_core(load_core)?;
    let mut world = World::new()?;
    let site = world.add_site()?;
    let envoy = start(site, envoy_core, runtime)?;
    let steps = traffic::steps();
    let mut load = world.connect_mixed(envoy.port(LISTENER), CONNECTIONS, steps)?;
    let begin = Instant::now();
    let mut samples = vec![Sample::of(envoy.pid(), begin, 0, 0)?];
    load.start(Pace::Closed);
    while load.completed < soak.requests && begin.elapsed() < soak.most {
        world.run(&mut load, SLICE)?;
        // Spans are counted while there is no load.
        world.idle(Duration::ZERO, |_| true)?;
        let sample = Sample::of(envoy.pid(), begin, load.completed, world.tally(site).spans)?;
        if samples.len() % 10 == 0 {
            progress!("{sample}");
        }
        samples.push(sample);
        check(&load, &envoy)?;
    }
    world.finish(&mut load)?;
    check(&load, &envoy)?;
    let counters = settled(&envoy, &mut world, site, runtime)?;
    let record = Record::new(samples, load.completed, world.tally(site), counters);
    let problems = record.problems();
    match problems.is_empty() {
        true => Ok(record),
        false => Err(io::Error::other(format!("{}\n{record:#?}", problems.join("\n")))),
    }
}

fn start(site: Site, core: usize, runtime: &Runtime) -> io::Result<Envoy> {
    let config = EnvoyConfig::from_text(ENVOY)
        .map_port(APPLICATION, site.upstream_port)
        .map_port(COLLECTOR, site.collector_port)
        .plugin_configuration(&traffic::configuration());
    let builder = Envoy::builder(config).pin_to_core(core);
    runtime.block_on(builder.try_start()).map_err(io::Error::other)
}

fn check(load: &Load, envoy: &Envoy) -> io::Result<()> {
    match load.failed {
        (0, _) => Ok(()),
        (count, status) => Err(io::Error::other(format!(
            "{count} answers, such as {status}; Envoy says:\n{}",
            envoy.log()
        ))),
    }
}

/// The filter's counters, once as many spans have come as must, or do not come in time.
fn settled(
    envoy: &Envoy,
    world: &mut World,
    site: Site,
    runtime: &Runtime,
) -> io::Result<record::Counters> {
    let end = Instant::now() + PATIENCE;
    loop {
        world.idle(Duration::from_secs(1), |_| false)?;
        let counters = runtime.block_on(envoy.stats("spanmesh_"));
        let counter = |name: &str| counters.get(name).copied().unwrap_or_default();
        let tally = world.tally(site);
        let due = tally.sampled + counter("spanmesh_spans_kept");
        if (tally.spans == due && counter("spanmesh_spans_delivered") == due)
            || Instant::now() > end
        {
            return Ok(counters);
        }
    }
}
