//! Properties, buffers, shared data, time, statistics, and the life of roots.

use super::{BAD_ARGUMENT, CAS_MISMATCH, INTERNAL_FAILURE, NOT_FOUND, OK, give, read, serve};
use crate::faults::Fault;
use crate::host::Phase;
use crate::shared_data::SharedData;

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_property(
    path: *const u8,
    path_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::Property) {
            return INTERNAL_FAILURE;
        }
        // SAFETY: the filter's path is readable.
        let path = str::from_utf8(unsafe { read(path, path_size) }).expect("a path is text");
        match host.property(path) {
            // SAFETY: the filter's pointers are writable.
            Some(value) => unsafe { give(value, data, size) },
            None => NOT_FOUND,
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_set_property(
    path: *const u8,
    path_size: usize,
    value: *const u8,
    value_size: usize,
) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::SetProperty) {
            return INTERNAL_FAILURE;
        }
        // SAFETY: the filter's texts are readable.
        let (path, value) = unsafe { (read(path, path_size), read(value, value_size)) };
        if host.set_property(path, value) { OK } else { NOT_FOUND }
    })
}

/// Knows `declare_property` alone, of properties of connections.
#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_call_foreign_function(
    name: *const u8,
    name_size: usize,
    argument: *const u8,
    argument_size: usize,
    _result: *mut *mut u8,
    _result_size: *mut usize,
) -> u32 {
    serve(|host| {
        // SAFETY: the filter's texts are readable.
        let (name, argument) = unsafe { (read(name, name_size), read(argument, argument_size)) };
        assert_eq!(name, b"declare_property");
        if host.faults.strike(Fault::Declare) {
            return INTERNAL_FAILURE;
        }
        // A name of less than 128 bytes, and the life span of a connection.
        let [0x0a, length, rest @ .., 0x28, 2] = argument else { panic!("{argument:?}") };
        assert_eq!(usize::from(*length), rest.len());
        let declared = (host.active_root(), rest.to_vec());
        if host.declared.insert(declared) { OK } else { BAD_ARGUMENT }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_buffer_bytes(
    buffer: u32,
    start: usize,
    max_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::Buffer) {
            return INTERNAL_FAILURE;
        }
        let Some(bytes) = host.buffer(buffer) else { return NOT_FOUND };
        let bytes = bytes.get(start..).unwrap_or_default();
        // SAFETY: the filter's pointers are writable.
        unsafe { give(&bytes[..bytes.len().min(max_size)], data, size) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_shared_data(
    key: *const u8,
    key_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
    number: *mut u32,
) -> u32 {
    serve(|host| {
        // SAFETY: the filter's key is readable.
        let key = unsafe { read(key, key_size) };
        if !SharedData::is_handover(key) && host.faults.strike(Fault::ReadShared) {
            return INTERNAL_FAILURE;
        }
        let Some((value, known)) = host.shared.get(key) else { return NOT_FOUND };
        // SAFETY: the filter's pointers are writable.
        unsafe {
            number.write(*known);
            give(value, data, size)
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_set_shared_data(
    key: *const u8,
    key_size: usize,
    value: *const u8,
    value_size: usize,
    number: u32,
) -> u32 {
    serve(|host| {
        // SAFETY: the filter's texts are readable.
        let (key, value) = unsafe { (read(key, key_size), read(value, value_size)) };
        if number != 0 && host.faults.strike(Fault::Conflict) {
            host.shared.touch(key);
        }
        if host.shared.set(key, value, number) { OK } else { CAS_MISMATCH }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_status(code: *mut u32, data: *mut *mut u8, size: *mut usize) -> u32 {
    serve(|host| {
        if host.phase != Phase::GrpcClose {
            return NOT_FOUND;
        }
        // SAFETY: the filter's pointers are writable.
        unsafe {
            code.write(host.shown.status);
            give(&host.shown.message, data, size)
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::Clock) {
            return INTERNAL_FAILURE;
        }
        // SAFETY: the filter's pointer is writable.
        unsafe { time.write(host.now) };
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_log(_level: u32, line: *const u8, size: usize) -> u32 {
    serve(|host| {
        // SAFETY: the filter's line is readable.
        let line = str::from_utf8(unsafe { read(line, size) }).expect("a line is text");
        assert!(line.starts_with("spanmesh: "), "{line}");
        host.refusals += usize::from(line.contains("configuration refused"));
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_define_metric(
    kind: u32,
    name: *const u8,
    size: usize,
    id: *mut u32,
) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::Define) {
            return INTERNAL_FAILURE;
        }
        // SAFETY: the filter's name is readable.
        let Some(known) = host.statistics.define(kind, unsafe { read(name, size) }) else {
            return BAD_ARGUMENT;
        };
        // SAFETY: the filter's pointer is writable.
        unsafe { id.write(known) };
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_increment_metric(id: u32, offset: i64) -> u32 {
    serve(|host| if host.statistics.increment(id, offset) { OK } else { BAD_ARGUMENT })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_record_metric(id: u32, _value: u64) -> u32 {
    serve(|host| if host.statistics.record(id) { OK } else { BAD_ARGUMENT })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_set_tick_period_milliseconds(period: u32) -> u32 {
    serve(|host| {
        let root = host.active_root();
        let Some(root) = host.roots.get_mut(&root) else { return NOT_FOUND };
        root.tick = period;
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_done() -> u32 {
    serve(|host| {
        let root = host.active_root();
        let Some(root) = host.roots.get_mut(&root) else { return NOT_FOUND };
        assert!(!root.is_done, "a root is done once");
        root.is_done = true;
        OK
    })
}
