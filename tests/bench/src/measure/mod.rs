//! Reading off the system what a process uses.

pub mod affinity;
pub mod cpu;
