//! All results of a comparison, as they are written to `results.json`.

use std::fs;

use serde::Serialize;
use spanmesh_harness::{envoy, paths};

use super::targets::Target;
use super::variant_result::VariantResult;
use crate::collector_down::CollectorDown;
use crate::full_queue::VmMemory;
use crate::generation::{Generation, Run};
use crate::rate_limit::RateLimitContention;
use crate::settings::Settings;
use crate::start_up::StartUp;

/// The variants whose added CPU time the others are measured by.
const BASELINES: [&str; 3] = ["native", "native-tuned", "native-10"];

/// All results.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// Version of Envoy.
    pub envoy: String,
    /// The processor, as the kernel names it.
    pub processor: String,
    /// Size of the module, in bytes.
    pub module_bytes: Option<u64>,
    /// What was asked for.
    pub settings: Settings,
    /// Requests a second at half load, for all variants.
    pub half_load_rps: f64,
    /// What was measured, in the order of the table.
    pub variants: Vec<VariantResult>,
    /// What was measured besides.
    #[serde(flatten)]
    pub asides: Asides,
    /// What was to be reached.
    pub targets: Vec<Target>,
}

/// What is measured once in a run, of Envoys of their own, if the filter is measured at all.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Asides {
    /// Memory of the filter's VM.
    pub vm_memory: Option<VmMemory>,
    /// A rate limit that workers share.
    pub rate_limit: Option<RateLimitContention>,
    /// Throughput with a collector and without one.
    pub collector_down: Option<CollectorDown>,
    /// Time to start.
    pub start_up: Option<StartUp>,
}

// === impl Results ===

impl Results {
    /// From all generations.
    pub fn new(settings: &Settings, generations: &[Generation], asides: Asides) -> Results {
        let runs_of = |index: usize| -> Vec<&Run> {
            generations.iter().filter_map(|generation| generation.runs.get(index)).collect()
        };
        let none = runs_of(0);
        let variants = settings.variants.iter().enumerate().map(|(index, variant)| {
            let baseline = (index > 0).then_some(none.as_slice());
            VariantResult::of(*variant, &runs_of(index), baseline)
        });
        let mut variants: Vec<VariantResult> = variants.collect();
        set_ratios(&mut variants);
        let mut results = Results {
            envoy: envoy::version(),
            processor: processor(),
            module_bytes: asides.vm_memory.and_then(|_| module_size()),
            settings: settings.clone(),
            half_load_rps: generations.first().map_or(0.0, |first| first.half_load.round()),
            variants,
            asides,
            targets: Vec::new(),
        };
        results.targets = Target::all(&results);
        results
    }

    /// A variant by its name, if it was measured.
    pub fn variant(&self, name: &str) -> Option<&VariantResult> {
        self.variants.iter().find(|variant| variant.name == name)
    }
}

fn set_ratios(variants: &mut [VariantResult]) {
    let added = |variant: &VariantResult| variant.added_cpu_us.as_ref().map(|added| added.median);
    let baselines: Vec<(&str, f64)> = variants
        .iter()
        .filter(|variant| BASELINES.contains(&variant.name))
        .filter_map(|variant| Some((variant.name, added(variant)?)))
        .collect();
    for variant in variants {
        let Some(own) = added(variant) else { continue };
        let ratios = baselines.iter().map(|(name, other)| (*name, (own / other * 100.0).round()));
        variant.added_cpu_ratio_to =
            ratios.map(|(name, percent)| (name, percent / 100.0)).collect();
    }
}

fn module_size() -> Option<u64> {
    Some(fs::metadata(paths::module()).ok()?.len())
}

pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let model = lines.find(|(name, _)| name.trim() == "model name");
    model.map_or_else(|| "unknown".to_owned(), |(_, model)| model.trim().to_owned())
}
