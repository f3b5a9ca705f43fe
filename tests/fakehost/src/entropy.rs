//! Entropy that is the same in every run.

use crate::faults::Fault;
use crate::memory::inside;
use crate::vm::with_host;

/// What getrandom calls where it is told to (`--cfg getrandom_backend="custom"`).
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    bytes: *mut u8,
    length: usize,
) -> Result<(), getrandom::Error> {
    inside(false, || {
        with_host(|host| {
            if host.faults.strike(Fault::Entropy) {
                return Err(getrandom::Error::UNSUPPORTED);
            }
            // SAFETY: the caller gives so many bytes.
            let bytes = unsafe { std::slice::from_raw_parts_mut(bytes, length) };
            for byte in bytes {
                host.seed = host.seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                *byte = (host.seed >> 56) as u8;
            }
            Ok(())
        })
    })
}
