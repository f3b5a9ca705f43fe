//! The documented ports, which one demonstration at a time may have.

use std::env;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};

use spanmesh_harness::free_port;

/// Who has the documented ports.
pub struct Documented {
    /// Held as long as the process lives, unless another demonstration holds it.
    lock: Option<File>,
}

// === impl Documented ===

impl Documented {
    /// Claims them, so that a second demonstration does not take those that this one has chosen
    /// and does not listen on yet.
    pub fn claim() -> Self {
        let path = env::temp_dir().join("spanmesh-shop.lock");
        let file = File::open(&path).or_else(|_| File::create(&path)).ok();
        Self { lock: file.filter(|file| file.try_lock().is_ok()) }
    }

    /// `port` if it is ours and free, else another.
    pub fn take(&self, port: u16) -> u16 {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) if self.lock.is_some() => port,
            _ => free_port(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_port_is_used_if_it_is_ours_and_free() {
        let free = free_port();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken = listener.local_addr().unwrap().port();
        let lock = File::open(env!("CARGO_MANIFEST_PATH")).unwrap();
        let ours = Documented { lock: Some(lock) };
        let theirs = Documented { lock: None };
        assert_eq!(ours.take(free), free);
        assert_ne!(ours.take(taken), taken);
        assert_ne!(theirs.take(free), free);
    }
}
