//! Compares spanmesh with no tracing and with Envoy's native OpenTelemetry tracer, in one run.
//!
//! # What runs where
//!
//! Every variant has its own Envoy with one worker. All Envoys are tied to one core; this program,
//! which is the load, the upstream and the sink in one loop, is tied to another. Configurations and
//! requests differ only in what the variant is about ([`variant`]).
//!
//! # CPU time of a request
//!
//! The nanoseconds that all threads of an Envoy have run (`/proc/PID/task/*/schedstat`), divided
//! by the requests that it completed meanwhile, at saturation, in slices of about a second. In each
//! round every variant has one slice, in random order, and what a variant *adds* is its difference
//! to `none` in the same round: what disturbs the machine for seconds disturbs both. One process
//! can be several microseconds off for its whole life, for how its memory happens to lie; so a
//! whole generation of processes is started afresh several times ([`generation`]), and what counts is
//! the median over processes of the median over rounds. Each process is warmed up before its first slice,
//! for the JIT compiler's sake.
//!
//! # Latency
//!
//! Requests are sent at a fixed rate, half of what `none` can take, the same for all. Latency
//! counts from when a request was to be sent, so that a stall is not hidden by the requests that it
//! held up. How a 99th percentile is got on a machine with hiccups: [`latency`].
//!
//! # A shared rate limit
//!
//! Two workers cannot have a core each beside the load's where there are two cores. So the Envoy of
//! [`rate_limit`] shares the load's core, and nothing else is measured of it.
//!
//! # Whether it works
//!
//! The run fails if any request is not answered 200, or if any sampled request's span does not
//! arrive ([`check`]). Sampled is what has a `traceparent` that says so at the upstream. The
//! `traceparent` of a caller that did not sample must arrive there as it is, or rewritten where keep
//! rules may promote the request.
#![forbid(unsafe_code)]

mod args;
mod check;
mod collector_down;
mod full_queue;
mod generation;
mod latency;
mod matrix;
mod measure;
mod net;
mod progress;
mod rate_limit;
mod report;
mod settings;
mod soak;
mod start_up;
mod subject;
mod svg;
mod variant;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

use tokio::runtime::{Builder, Runtime};

use args::{Command, USAGE};
use report::Results;
use report::chart::chart;
use report::results::Asides;
use report::table::Table;
use settings::Settings;
use soak::Soak;
use variant::FULL_SAMPLING;

fn main() -> ExitCode {
    let outcome = match Command::parse(env::args().skip(1)) {
        Ok(Command::Run(settings)) => run(&settings),
        Ok(Command::Matrix(settings)) => run_matrix(&settings),
        Ok(Command::Soak(settings)) => run_soak(&settings),
        Ok(Command::Help) => {
            println!("{USAGE}");
            Ok(())
        }
        Err(problem) => {
            eprintln!("spanmesh-bench: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spanmesh-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A runtime that only starts Envoys and asks them things.
fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// The same, after this program has been tied to its core.
fn runtime_beside_load(settings: &Settings) -> io::Result<Runtime> {
    measure::affinity::pin_to_core(settings.load_core)?;
    runtime()
}

fn run(settings: &Settings) -> io::Result<()> {
    let results = measure_all(settings, &runtime_beside_load(settings)?)?;
    println!("{}", Table(&results));
    let json = serde_json::to_string_pretty(&results)?;
    write(settings.out.as_ref(), [("results.json", json), ("chart.svg", chart(&results))])
}

fn run_matrix(settings: &Settings) -> io::Result<()> {
    let matrix = matrix::measure(settings, &runtime_beside_load(settings)?)?;
    println!("{matrix}");
    let json = serde_json::to_string_pretty(&matrix)?;
    write(settings.out.as_ref(), [("matrix.json", json), ("matrix.md", matrix.to_string())])
}

fn run_soak(settings: &Soak) -> io::Result<()> {
    let record = soak::run(settings, &runtime()?)?;
    if let Some(last) = record.samples.last() {
        println!("{last}");
    }
    let json = serde_json::to_string_pretty(&record)?;
    write(settings.out.as_ref(), [("soak.json", json), ("soak.svg", soak::plot::plot(&record))])
}

/// Writes files into a directory, or into that of the target.
fn write(out: Option<&PathBuf>, files: [(&str, String); 2]) -> io::Result<()> {
    let directory = out.cloned().unwrap_or_else(target_directory);
    fs::create_dir_all(&directory)?;
    for (name, text) in files {
        let path = directory.join(name);
        fs::write(&path, text + "\n")?;
        progress!("wrote {}", path.display());
    }
    Ok(())
}

fn measure_all(settings: &Settings, runtime: &Runtime) -> io::Result<Results> {
    let is_more = settings.variants.iter().any(|variant| variant.is_spanmesh());
    let asides = match is_more && !settings.cpu_only {
        false => Asides::default(),
        true => {
            progress!("memory of the filter's VM with a full queue");
            let vm_memory = Some(full_queue::measure(FULL_SAMPLING, settings, runtime)?);
            progress!("a rate limit that two workers share");
            let rate_limit = Some(rate_limit::measure(settings, runtime)?);
            progress!("throughput with the collector down");
            let collector_down = Some(collector_down::measure(settings, runtime)?);
            progress!("time to start");
            let start_up = Some(start_up::measure(settings, runtime)?);
            Asides { vm_memory, rate_limit, collector_down, start_up }
        }
    };
    let mut generations = Vec::with_capacity(settings.processes);
    let mut half_load = None;
    for number in 1..=settings.processes {
        progress!("process {number} of {} of each variant", settings.processes);
        let generation = generation::measure(settings, runtime, half_load)?;
        half_load = Some(generation.half_load);
        generations.push(generation);
    }
    Ok(Results::new(settings, &generations, asides))
}

/// Where cargo put this program: beside everything else that is built.
fn target_directory() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    program.ancestors().nth(2).map_or_else(|| PathBuf::from("."), |path| path.join("bench"))
}
