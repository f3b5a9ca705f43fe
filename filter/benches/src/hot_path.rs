//! How long each step of a request takes.
//!
//! The three writes append to one buffer that was large enough from the start. `start` and what
//! contains it refill the random bytes when they run out; what contains a push sends a full
//! batch to a collector that accepts it at once.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion};
use spanmesh_core::propagation::tracecontext;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core_benches::{SCENARIOS, Worker};

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for scenario in SCENARIOS {
        let mut group = criterion.benchmark_group(scenario.name);
        let (buffer, head) = (scenario.buffer(), scenario.head());
        let mut worker = Worker::default();

        group.bench_function("parse", |b| {
            b.iter_batched(|| buffer.clone(), RequestHead::new, BatchSize::SmallInput);
        });
        group.bench_function("extract", |b| b.iter(|| tracecontext::extract(black_box(&head))));
        group.bench_function("start", |b| b.iter(|| worker.start(&scenario, black_box(&head))));
        group.bench_function("write", |b| {
            let hop = worker.start(&scenario, &head);
            let mut out = Vec::with_capacity(4096);
            b.iter(|| {
                out.clear();
                black_box(scenario.span(&head, &hop)).write(&mut out, &worker.settings);
                black_box(out.len())
            });
        });
        group.bench_function("start_and_push", |b| {
            b.iter(|| worker.start_and_push(&scenario, black_box(&head)));
        });
        group.bench_function("request", |b| {
            let next = || buffer.clone();
            b.iter_batched(next, |buffer| worker.request(&scenario, buffer), BatchSize::SmallInput);
        });
        group.finish();
    }
    criterion.final_summary();
}
