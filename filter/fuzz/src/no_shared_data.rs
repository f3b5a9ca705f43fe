//! Shared data for targets that are not about it.

use spanmesh_core::shared_data::{Conflict, SharedData};

/// Shared data that stores nothing: every budget is full whenever it is looked at.
#[derive(Debug)]
pub struct NoSharedData;

// === impl NoSharedData ===

impl SharedData for NoSharedData {
    fn get(&self, _key: &str) -> Option<(Vec<u8>, u32)> {
        None
    }

    fn set(&self, _key: &str, _value: &[u8], _number: u32) -> Result<(), Conflict> {
        Ok(())
    }
}
