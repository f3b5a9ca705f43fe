//! What a fleet of sidecars does to a tier of collectors, under simulated time.
//!
//! Queue, exporter, back-off and jitter are the filter's own code; the host, the network and the
//! collectors are simulated. One seed gives one result.

pub mod chart;
pub mod fleet;
pub mod paper;
mod random;
pub mod report;
pub mod result;
pub mod scenario;
mod sidecar;
pub mod spans;
mod tier;
