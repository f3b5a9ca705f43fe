//! Data that all VMs of a process share.

use std::collections::HashMap;

/// Keys to values, each with a number that changes on every write.
#[derive(Debug, Default)]
pub struct SharedData(HashMap<Vec<u8>, (Vec<u8>, u32)>);

/// Where VMs that go leave their spans.
const HANDOVER: &[u8] = b"spanmesh.handover/";

// === impl SharedData ===

impl SharedData {
    /// The value under `key` and its number.
    pub fn get(&self, key: &[u8]) -> Option<&(Vec<u8>, u32)> {
        self.0.get(key)
    }

    /// Writes a value, unless another number than its own is given.
    pub fn set(&mut self, key: &[u8], value: &[u8], number: u32) -> bool {
        let known = self.0.get(key).map_or(0, |(_, number)| *number);
        if number != 0 && number != known {
            return false;
        }
        self.0.insert(key.to_vec(), (value.to_vec(), known + 1));
        true
    }

    /// Another worker writes the same again.
    pub(crate) fn touch(&mut self, key: &[u8]) {
        if let Some((_, number)) = self.0.get_mut(key) {
            *number += 1;
        }
    }

    /// Whether spans are left there: then nothing but the truth is told, as Envoy does.
    pub(crate) fn is_handover(key: &[u8]) -> bool {
        key.starts_with(HANDOVER)
    }

    /// Keys of what is no span.
    pub fn foreign_keys(&self) -> Vec<Vec<u8>> {
        let mut keys: Vec<_> =
            self.0.keys().filter(|key| !Self::is_handover(key)).cloned().collect();
        keys.sort();
        keys
    }

    /// Spans that are left: the four bytes behind the version, as the format has it.
    pub fn spans_left(&self) -> i64 {
        let left = self.0.iter().filter(|(key, _)| Self::is_handover(key));
        left.filter_map(|(_, (value, _))| value.get(1..5)?.try_into().ok())
            .map(|bytes| i64::from(u32::from_le_bytes(bytes)))
            .sum()
    }
}
