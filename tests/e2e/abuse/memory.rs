//! The memory of an Envoy under abuse.

use std::fmt;

use spanmesh_harness::memory::{linear_memories, resident};

/// A reading of it.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// The process's resident memory, in bytes.
    pub resident: u64,
    /// The largest linear memory of a VM, in bytes.
    pub largest_vm: u64,
    /// How many VMs there are.
    pub vms: usize,
}

impl Memory {
    /// Of the process with this id.
    pub fn of(pid: u32) -> Memory {
        let vms = linear_memories(pid).expect("the process runs");
        Memory {
            resident: resident(pid).expect("the process runs"),
            largest_vm: vms.iter().copied().max().unwrap_or_default(),
            vms: vms.len(),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let (resident, vm) = (mebibytes(self.resident), mebibytes(self.largest_vm));
        write!(f, "resident {resident:.1} MiB, {} VMs of {vm:.2} MiB at most", self.vms)
    }
}
