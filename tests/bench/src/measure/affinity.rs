//! Tying processes to cores.

use std::{fs, io};

use rustix::thread::{CpuSet, Pid, sched_setaffinity};

/// Ties this thread, and all that it starts from now on, to a core.
pub fn pin_to_core(core: usize) -> io::Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core);
    let pinned = sched_setaffinity(None, &cores);
    pinned.map_err(|error| io::Error::other(format!("cannot use core {core} alone: {error}")))
}

/// Lets all threads of a process, and those that they start from now on, use these cores.
pub fn allow_cores(pid: u32, cores: &[usize]) -> io::Result<()> {
    let mut allowed = CpuSet::new();
    cores.iter().for_each(|core| allowed.set(*core));
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let task = task?.file_name();
        let thread = task.to_str().and_then(|id| Pid::from_raw(id.parse().ok()?));
        sched_setaffinity(thread, &allowed)?;
    }
    Ok(())
}
