//! Chaos: requests of every kind under load, while clients go away, upstreams fail, the collector has
//! one fault after another and the plugin gets new configurations and modules. The filter must fail
//! and change none of the requests, and account for each span.
//!
//! Everything is told by a seed. What is compared is what both ends of each request know of it: its
//! [`plan`]. `make chaos` runs it for long (`SEED=…`, `REQUESTS=200000`).

mod account;
mod book;
mod client;
mod context;
mod dice;
mod hostile;
mod judge;
mod plan;
mod reloads;
mod round;
mod upstream;
mod wire;

use std::env;
use std::str::FromStr;
use std::time::Instant;

use round::Scene;

use super::memory::Memory;

/// Requests of a round; between two of them the accounts are settled.
const ROUND: u64 = 15_000;

/// A number that `make chaos` sets.
fn setting<T: FromStr>(name: &str, default: T) -> T {
    let Ok(text) = env::var(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name}: {text:?} is no such number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_neither_failed_nor_changed_and_no_span_is_unaccounted() {
    let seed = setting("SPANMESH_CHAOS_SEED", 20_261_128);
    let requests = setting("SPANMESH_CHAOS_REQUESTS", 4_000);
    let begin = Instant::now();
    let mut scene = Scene::start(seed).await;
    let mut readings: Vec<Memory> = Vec::new();
    let mut first = 0;
    while first < requests {
        let end = requests.min(first + ROUND);
        let told = scene.round(first..end).await;
        let memory = scene.memory();
        println!("{:4} s  {end:7} requests  {told}  {memory}", begin.elapsed().as_secs());
        readings.push(memory);
        first = end;
    }
    scene.check_memory(&readings);
    println!("seed {seed}: {}", scene.told());
}
