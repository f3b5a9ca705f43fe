//! One generation of processes: an Envoy of every variant, started at the same time, measured
//! in turns and ended.

use std::io;

use tokio::runtime::Runtime;

use crate::check::check;
use crate::latency::Latency;
use crate::progress;
use crate::report::statistics::median;
use crate::settings::Settings;
use crate::subject::{Slice, Subject};
use crate::variant::Variant;
use crate::world::{Tally, World};

/// What one process of one variant did.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its slices at saturation, one for each round.
    pub slices: Vec<Slice>,
    /// Its slices at half load, one for each round.
    pub latencies: Vec<Latency>,
    /// What its site saw in all.
    pub tally: Tally,
    /// What its load had answered in all.
    pub completed: u64,
}

/// The variants of a generation, in the order of the settings.
pub struct Generation {
    /// One process of each.
    pub runs: Vec<Run>,
    /// Requests a second at half load.
    pub half_load: f64,
}

/// Measures one generation. Half load is half of what `none`, the first variant, can take; it
/// is measured when it is not given.
pub fn measure(
    settings: &Settings,
    runtime: &Runtime,
    half_load: Option<f64>,
) -> io::Result<Generation> {
    let mut world = World::new()?;
    let start = |variant: &Variant| Subject::start(*variant, settings, &mut world, runtime);
    let mut subjects: Vec<Subject> =
        settings.variants.iter().map(start).collect::<io::Result<_>>()?;
    for subject in &mut subjects {
        subject.warm_up(&mut world, settings.warmup)?;
    }

    let slices = in_rounds(&mut subjects, settings.slices, |subject| {
        subject.saturate(&mut world, settings.slice)
    })?;
    let throughputs: Vec<f64> = slices[0].iter().map(|slice| slice.throughput).collect();
    let half_load = half_load.unwrap_or_else(|| median(&throughputs) / 2.0);
    progress!("  full load measured; half load is {half_load:.0} requests/s");
    for subject in &subjects {
        subject.settle(&mut world)?;
    }
    let latency_rounds = if settings.cpu_only { 0 } else { settings.latency_slices };
    let latencies = in_rounds(&mut subjects, latency_rounds, |subject| {
        subject.pace(&mut world, half_load, settings.latency)
    })?;

    let mut runs = Vec::with_capacity(subjects.len());
    for ((subject, slices), latencies) in subjects.iter().zip(slices).zip(latencies) {
        let tally = check(subject, &mut world, runtime)?;
        runs.push(Run { slices, latencies, tally, completed: subject.load.completed });
    }
    subjects.into_iter().for_each(|subject| subject.stop(&mut world));
    Ok(Generation { runs, half_load })
}

/// Does something to every subject once in each round, in another random order each time, and
/// gives what came of it by subject, then by round.
fn in_rounds<T>(
    subjects: &mut [Subject],
    rounds: usize,
    mut act: impl FnMut(&mut Subject) -> io::Result<T>,
) -> io::Result<Vec<Vec<T>>> {
    let mut results: Vec<Vec<T>> = subjects.iter().map(|_| Vec::with_capacity(rounds)).collect();
    let mut order: Vec<usize> = (0..subjects.len()).collect();
    for _ in 0..rounds {
        fastrand::shuffle(&mut order);
        for &index in &order {
            results[index].push(act(&mut subjects[index])?);
        }
    }
    Ok(results)
}
