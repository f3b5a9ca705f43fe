//! Envoy's shared data.

use spanmesh_core::shared_data::{Conflict, SharedData};

use super::{OK, bytes, proxy_get_shared_data, proxy_set_shared_data};

/// Envoy's store of data that all VMs of one `vm_id` share, across the workers of the process.
#[derive(Debug)]
pub struct SharedStore;

impl SharedData for SharedStore {
    fn get(&self, key: &str) -> Option<(Vec<u8>, u32)> {
        let mut version = 0;
        // SAFETY: the key is readable and the pointers are valid for writes during the call.
        let value = bytes(|data, size| unsafe {
            proxy_get_shared_data(key.as_ptr(), key.len(), data, size, &raw mut version)
        })?;
        Some((value, version))
    }

    fn set(&self, key: &str, value: &[u8], number: u32) -> Result<(), Conflict> {
        // SAFETY: key and value are readable during the call.
        let status = unsafe {
            proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), number)
        };
        if status == OK { Ok(()) } else { Err(Conflict) }
    }
}
