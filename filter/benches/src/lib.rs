//! What both benchmarks measure: three requests as Envoy hands them over, and a worker that has
//! been running for a while.

#![forbid(unsafe_code)]

mod scenario;
mod worker;

pub use scenario::{CLIENT, GRPC, SCENARIOS, SERVER, Scenario};
pub use worker::Worker;
