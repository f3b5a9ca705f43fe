//! Delivery: nothing is lost that could be delivered, nothing is sent again that was accepted,
//! whatever is dropped is counted, and no request waits for any of it.
//!
//! The collectors here fail on purpose. What is true of every transport is tested over each.

mod accepted;
mod accounting;
mod batches;
mod circuit;
mod failover;
mod full_queue;
mod leaks;
mod line;
mod reloads;
mod removal;
mod retries;
mod secrets;
mod shutdown;
mod timeouts;
mod too_large;
mod traffic;
mod transport;
mod unknown_cluster;
mod waits;
mod workers;
