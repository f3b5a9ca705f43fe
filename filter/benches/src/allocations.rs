//! How often each step of a request allocates, and how much; more allocations than stand in
//! [`BOUNDS`] fail.
//!
//! The header list itself is the host's buffer and not counted; a reallocation counts as an
//! allocation. A span is written into a buffer that has held one before, and pushed into the
//! queue of a worker that has sent batches before.

#![forbid(unsafe_code)]

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use spanmesh_core::propagation::tracecontext;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core_benches::{CLIENT, GRPC, SERVER, Scenario, Worker};

/// Most allocations of one request, as they were measured.
struct Bounds {
    scenario: Scenario,
    /// Of `extract`, and of `start` which contains it: the `tracestate` that is kept.
    start: u64,
    /// Of `write`: what is redacted.
    write: u64,
}

const BOUNDS: [Bounds; 3] = [
    Bounds { scenario: SERVER, start: 1, write: 0 },
    Bounds { scenario: CLIENT, start: 0, write: 1 },
    Bounds { scenario: GRPC, start: 0, write: 0 },
];

/// Batches that are filled and sent; each allocates once, for what stands before its spans.
const BATCHES: u64 = 2;
/// Spans in a batch by default.
const BATCH_SIZE: u64 = 512;

fn main() {
    let mut broken = Vec::new();
    println!("{:<24} {:>12} {:>12}", "step of one request", "allocations", "bytes");
    for Bounds { scenario, start, write } in BOUNDS {
        for Step { name, rounds, counted, bound } in steps(&scenario, start, write) {
            let name = format!("{}/{name}", scenario.name);
            let each = |total: u64| total as f64 / rounds as f64;
            let (count, bytes) = (counted.count_total, counted.bytes_total);
            println!("{name:<24} {:>12.3} {:>12.1}", each(count), each(bytes));
            if count > bound {
                broken.push(format!("{name}: {count} in {rounds} requests, at most {bound}"));
            }
        }
    }
    assert!(broken.is_empty(), "more allocations than before:\n{}", broken.join("\n"));
}

struct Step {
    name: &'static str,
    rounds: u64,
    counted: AllocationInfo,
    bound: u64,
}

fn steps(scenario: &Scenario, start: u64, write: u64) -> [Step; 5] {
    let once = |name, bound, counted| Step { name, rounds: 1, counted, bound };
    let (buffer, head) = (scenario.buffer(), scenario.head());
    let mut worker = Worker::default();
    let hop = worker.start(scenario, &head);
    let mut out = Vec::new();
    scenario.span(&head, &hop).write(&mut out, &worker.settings);
    out.clear();

    let rounds = BATCHES * BATCH_SIZE;
    let push = |worker: &mut Worker| {
        (0..rounds).for_each(|_| drop(black_box(worker.start_and_push(scenario, &head))));
    };
    push(&mut worker);
    let push = Step {
        name: "start_and_push",
        rounds,
        counted: measure(|| push(&mut worker)),
        bound: rounds * (start + write) + BATCHES,
    };
    let write_span = || {
        scenario.span(&head, &hop).write(&mut out, &worker.settings);
    };
    let write = once("write", write, measure(write_span));
    [
        once("parse", 0, measure(|| drop(black_box(RequestHead::new(buffer))))),
        once("extract", start, measure(|| drop(black_box(tracecontext::extract(&head))))),
        once("start", start, measure(|| drop(black_box(worker.start(scenario, &head))))),
        write,
        push,
    ]
}
