//! Tying this process to one core.

use std::io;

use rustix::thread::{CpuSet, sched_setaffinity};

/// Ties this thread, and all that it starts from now on, to a core.
pub fn pin_to_core(core: usize) -> io::Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core);
    let pinned = sched_setaffinity(None, &cores);
    pinned.map_err(|error| io::Error::other(format!("cannot use core {core} alone: {error}")))
}
