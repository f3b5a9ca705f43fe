//! Memory of an Envoy: of its Wasm VMs, and of the process.
//!
//! Envoy has no statistic for the VMs', and the growth of the process's resident memory would mix it
//! with Envoy's own buffers and V8's compiler. But V8 reserves an address range of several GiB
//! for each linear memory and makes only the part accessible that the module has grown to. In
//! `/proc/PID/maps` that is a writable mapping with an inaccessible one of some GiB right behind
//! it, and its length is the exact size of the linear memory. Linear memories never shrink, so
//! that what is read at the end is the peak.

use std::{fs, io};

/// V8 reserves 8 GiB; nothing else in an Envoy reserves as much in one piece.
const RESERVED: u64 = 4 << 30;

/// The linear memory of each VM, in bytes: one VM per worker and one or two on the main thread.
pub fn linear_memories(pid: u32) -> io::Result<Vec<u64>> {
    Ok(in_maps(&fs::read_to_string(format!("/proc/{pid}/maps"))?))
}

/// The resident memory of a process, in bytes: `VmRSS` of `/proc/PID/status`.
pub fn resident(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.map(|count| count << 10).ok_or_else(|| io::Error::other("no VmRSS in its status"))
}

fn in_maps(maps: &str) -> Vec<u64> {
    let mappings: Vec<Mapping> = maps.lines().filter_map(Mapping::parse).collect();
    let pairs = mappings.iter().zip(mappings.iter().skip(1));
    let memories = pairs.filter(|(memory, guard)| {
        memory.access.starts_with("rw")
            && guard.access.starts_with("---")
            && guard.start == memory.end
            && guard.end - guard.start >= RESERVED
    });
    memories.map(|(memory, _)| memory.end - memory.start).collect()
}

struct Mapping<'m> {
    start: u64,
    end: u64,
    access: &'m str,
}

impl Mapping<'_> {
    fn parse(line: &str) -> Option<Mapping<'_>> {
        let mut fields = line.split(' ');
        let (start, end) = fields.next()?.split_once('-')?;
        let start = u64::from_str_radix(start, 16).ok()?;
        let end = u64::from_str_radix(end, 16).ok()?;
        Some(Mapping { start, end, access: fields.next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_memories_before_their_reserve_count() {
        let maps = "\
            55f40e426000-55f4124c6000 r-xp 00000000 fd:00 1 /usr/bin/envoy\n\
            7f8dc7820000-7f8dc7930000 rw-p 00000000 00:00 0 \n\
            7f8dc7930000-7f8fc7820000 ---p 00000000 00:00 0 \n\
            7f8fc783c000-7f8fc784c000 rw-p 00000000 00:00 0 \n\
            7f8fc784c000-7f8fd7840000 ---p 00000000 00:00 0 \n";
        assert_eq!(in_maps(maps), [0x110000]);
    }

    #[test]
    fn resident_memory_grows_with_what_is_written() {
        let before = resident(std::process::id()).unwrap();
        let written = vec![1_u8; 64 << 20];
        let after = resident(std::process::id()).unwrap();
        assert!(after >= before + (48 << 20), "{before} and {after} bytes");
        drop(written);
    }
}
