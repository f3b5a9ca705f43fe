//! What the module adds to the start of an Envoy: reading, compiling and configuring it.

use std::io;
use std::time::Instant;

use serde::Serialize;
use tokio::runtime::Runtime;

use crate::report::statistics::median;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::variant::{FULL_SAMPLING, VARIANTS};
use crate::world::World;

/// Starts of each.
const ROUNDS: usize = 5;

/// What was found, in milliseconds from the start of the process until it is ready.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StartUp {
    /// Without tracing.
    pub none_ms: f64,
    /// With the filter.
    pub spanmesh_ms: f64,
}

/// Starts both in turns.
pub fn measure(settings: &Settings, runtime: &Runtime) -> io::Result<StartUp> {
    let mut times: [Vec<f64>; 2] = Default::default();
    for _ in 0..ROUNDS {
        for (variant, times) in [VARIANTS[0], FULL_SAMPLING].into_iter().zip(&mut times) {
            let mut world = World::new()?;
            let begin = Instant::now();
            let subject = Subject::start(variant, settings, &mut world, runtime)?;
            times.push(begin.elapsed().as_secs_f64() * 1e3);
            subject.stop(&mut world);
        }
    }
    let [none, spanmesh] = times;
    Ok(StartUp { none_ms: median(&none).round(), spanmesh_ms: median(&spanmesh).round() })
}
