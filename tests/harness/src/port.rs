//! Free ports of 127.0.0.1 that stay ours.
//!
//! A port from `bind(0)` is not safe to give to somebody else: until Envoy binds it, the
//! kernel may use it as the source port of any outgoing connection, and under load it does.
//! So ports come from below the kernel's ephemeral range, and a lock file for each keeps other
//! test processes off it for as long as this process lives (the kernel drops the lock with it).

use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};
use std::{env, process};

static RESERVATIONS: LazyLock<Mutex<Reservations>> = LazyLock::new(Mutex::default);

/// A port that nothing listens on, handed out once in this process and to no other test
/// process until this one ends.
pub fn free_port() -> u16 {
    RESERVATIONS.lock().expect("no holder panics").next()
}

struct Reservations {
    range: RangeInclusive<u16>,
    directory: PathBuf,
    tried: usize,
    /// Held for the life of the process.
    locks: Vec<File>,
}

impl Default for Reservations {
    fn default() -> Reservations {
        let owner = fs::metadata("/proc/self").map_or(0, |process| process.uid());
        let directory = env::temp_dir().join(format!("spanmesh-ports-{owner}"));
        fs::create_dir_all(&directory)
            .unwrap_or_else(|error| panic!("cannot create {}: {error}", directory.display()));
        Reservations { range: outside_ephemeral(), directory, tried: 0, locks: Vec::new() }
    }
}

impl Reservations {
    fn next(&mut self) -> u16 {
        let (first, count) = (usize::from(*self.range.start()), self.range.len());
        // Processes begin at different places only to save each other looks.
        let start = (process::id() as usize).wrapping_mul(97);
        while self.tried < count {
            let port = first + (start + self.tried) % count;
            self.tried += 1;
            let port = u16::try_from(port).expect("the range holds u16 only");
            if let Some(lock) = self.reserve(port) {
                self.locks.push(lock);
                return port;
            }
        }
        panic!("no port is free in {:?}", self.range);
    }

    fn reserve(&self, port: u16) -> Option<File> {
        let path = self.directory.join(port.to_string());
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.unwrap_or_else(|error| panic!("cannot open {}: {error}", path.display()));
        file.try_lock().ok()?;
        TcpListener::bind(("127.0.0.1", port)).ok()?;
        Some(file)
    }
}

/// Ports that the kernel never picks as a source port.
fn outside_ephemeral() -> RangeInclusive<u16> {
    const USUAL: RangeInclusive<u16> = 20_000..=32_767;
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let bounds: Vec<u16> = text.split_whitespace().filter_map(|part| part.parse().ok()).collect();
    match bounds[..] {
        [low, _] if low > 22_000 => 20_000..=low - 1,
        [_, high] if high < 63_000 => high + 1..=65_535,
        _ => USUAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_port_is_given_twice() {
        let ports: BTreeSet<u16> = (0..200).map(|_| free_port()).collect();
        assert_eq!(ports.len(), 200);
    }

    #[test]
    fn a_port_in_use_or_reserved_elsewhere_is_not_given() {
        let one = Reservations::default();
        let other = Reservations::default();
        let port = free_port();
        assert!(one.reserve(port).is_none(), "reserved by free_port");

        let used = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(one.reserve(used.local_addr().unwrap().port()).is_none(), "listened on");

        let free = Reservations::default().next();
        let held = one.reserve(free);
        assert_eq!(held.is_some(), other.reserve(free).is_none(), "one holder at a time");
    }

    #[test]
    fn the_kernel_does_not_use_these_ports_itself() {
        let range = outside_ephemeral();
        for _ in 0..100 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            assert!(!range.contains(&port), "{port} is in {range:?}");
        }
    }
}
