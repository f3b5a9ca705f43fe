//! What a dead collector costs: the same filter with a collector that takes everything, and with one
//! that is gone, in turns.

use std::io;

use serde::Serialize;
use tokio::runtime::Runtime;

use crate::report::statistics::median;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::variant::FULL_SAMPLING;
use crate::world::World;

/// What was found.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CollectorDown {
    /// Requests a second at full load with a collector.
    pub up_rps: f64,
    /// The same without one.
    pub down_rps: f64,
    /// Median over rounds of the second over the first.
    pub throughput_ratio: f64,
}

/// Measures two fresh Envoys, one of which has lost its collector.
pub fn measure(settings: &Settings, runtime: &Runtime) -> io::Result<CollectorDown> {
    let mut world = World::new()?;
    let mut start = || Subject::start(FULL_SAMPLING, settings, &mut world, runtime);
    let mut subjects = [start()?, start()?];
    for subject in &mut subjects {
        subject.warm_up(&mut world, settings.warmup)?;
    }
    world.stop_collector(subjects[1].site);
    // Its queue is full then.
    subjects[1].warm_up(&mut world, settings.warmup)?;

    let mut slices: [Vec<f64>; 2] = Default::default();
    for round in 0..settings.slices.max(10) {
        for turn in 0..2 {
            let index = (round + turn) % 2;
            let slice = subjects[index].saturate(&mut world, settings.slice)?;
            slices[index].push(slice.throughput);
        }
    }
    let ratios: Vec<f64> = slices[0].iter().zip(&slices[1]).map(|(up, down)| down / up).collect();
    let result = CollectorDown {
        up_rps: median(&slices[0]).round(),
        down_rps: median(&slices[1]).round(),
        throughput_ratio: median(&ratios),
    };
    subjects.into_iter().for_each(|subject| subject.stop(&mut world));
    Ok(result)
}
