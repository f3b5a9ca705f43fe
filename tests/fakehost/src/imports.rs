//! The imports of the ABI, as the filter declares them (filter/src/host.rs).

mod calls;
mod maps;
mod values;

use std::slice;

use crate::host::Host;
use crate::memory::inside;
use crate::vm::with_host;

const OK: u32 = 0;
const NOT_FOUND: u32 = 1;
const BAD_ARGUMENT: u32 = 2;
const CAS_MISMATCH: u32 = 8;
const INTERNAL_FAILURE: u32 = 10;

unsafe extern "C" {
    /// The filter's allocator, exported by the SDK.
    safe fn proxy_on_memory_allocate(size: usize) -> *mut u8;
}

/// Serves a call of the filter's; what the host allocates meanwhile is not the filter's.
fn serve(act: impl FnOnce(&mut Host) -> u32) -> u32 {
    inside(false, || with_host(act))
}

/// Bytes of the filter's.
///
/// # Safety
/// They must be readable while the call lasts.
unsafe fn read<'a>(data: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: as above.
    unsafe { slice::from_raw_parts(data, size) }
}

/// Gives bytes to the filter, in memory of its own; none are no memory, as Envoy has it.
///
/// # Safety
/// Both pointers must be writable.
unsafe fn give(bytes: &[u8], data: *mut *mut u8, size: *mut usize) -> u32 {
    let memory = if bytes.is_empty() {
        std::ptr::null_mut()
    } else {
        inside(true, || proxy_on_memory_allocate(bytes.len()))
    };
    // SAFETY: the filter has allocated so many bytes; the pointers are as above.
    unsafe {
        if !bytes.is_empty() {
            memory.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        data.write(memory);
        size.write(bytes.len());
    }
    OK
}
