//! How much memory the filter holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, which counts what the filter of this thread holds.
#[derive(Debug)]
pub struct Counting;

/// Runs a part of the filter, or, with `false`, of the host in the middle of it.
pub(crate) fn inside<T>(inside: bool, act: impl FnOnce() -> T) -> T {
    let before = INSIDE.replace(inside);
    let result = act();
    INSIDE.set(before);
    result
}

/// Bytes that the filter of this thread holds.
pub(crate) fn held() -> isize {
    HELD.get()
}

fn count(bytes: isize) {
    if INSIDE.get() {
        HELD.set(HELD.get() + bytes);
    }
}

// SAFETY: the system's allocator does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(memory, layout, size) }
    }
}
