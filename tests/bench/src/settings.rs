//! What to measure, and how long.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::variant::{VARIANTS, Variant};

/// What to measure.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// Where results go; `None` for the target directory.
    #[serde(skip)]
    pub out: Option<PathBuf>,
    /// Envoy processes of each variant.
    pub processes: usize,
    /// Slices at saturation in each process.
    pub slices: usize,
    /// Length of each.
    #[serde(serialize_with = "seconds", rename = "slice_seconds")]
    pub slice: Duration,
    /// Load before the first slice of each process.
    #[serde(serialize_with = "seconds", rename = "warmup_seconds")]
    pub warmup: Duration,
    /// Slices at half load in each process.
    pub latency_slices: usize,
    /// Length of each.
    #[serde(serialize_with = "seconds", rename = "latency_seconds")]
    pub latency: Duration,
    /// Connections of the load.
    pub connections: usize,
    /// Whether it speaks HTTP/2.
    pub http2: bool,
    /// Workers of each Envoy. Where there are several, they have the load's core too.
    pub workers: u32,
    /// Where Envoys run.
    pub envoy_core: usize,
    /// Where everything else runs.
    pub load_core: usize,
    /// Whether CPU time at saturation is all that is measured.
    pub cpu_only: bool,
    /// What is compared, in order; the first is `none`.
    #[serde(skip)]
    pub variants: Vec<Variant>,
}

// === impl Settings ===

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            out: None,
            processes: 6,
            slices: 6,
            slice: Duration::from_secs(1),
            warmup: Duration::from_secs(3),
            latency_slices: 5,
            latency: Duration::from_secs(1),
            connections: 16,
            http2: false,
            workers: 1,
            envoy_core: 0,
            load_core: 1,
            cpu_only: false,
            variants: VARIANTS.to_vec(),
        }
    }
}

impl Settings {
    /// Few and short slices of one process: whether everything works, not how well.
    pub fn make_quick(&mut self) {
        self.processes = 1;
        self.slices = 3;
        self.slice = Duration::from_millis(500);
        self.warmup = Duration::from_millis(1500);
        self.latency_slices = 1;
        self.latency = Duration::from_secs(1);
    }
}

impl Settings {
    /// Compares each variant of the filter with the same of other modules too.
    pub fn compare_with(&mut self, modules: &[&str]) {
        let ours = self.variants.clone().into_iter().filter(|variant| variant.is_spanmesh());
        let others = ours.flat_map(|ours| modules.iter().map(move |module| ours.of_module(module)));
        self.variants.extend(others);
    }
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}
