//! Header maps.

use super::{BAD_ARGUMENT, INTERNAL_FAILURE, NOT_FOUND, OK, give, read, serve};
use crate::faults::Fault;
use crate::headers::Headers;

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_header_map_pairs(
    map: u32,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::ReadHeaders) {
            return INTERNAL_FAILURE;
        }
        let known = host.map(map).map(Headers::serialise);
        let bytes = match known {
            Some(bytes) => bytes,
            None if host.faults.strike(Fault::EmptyForAbsent) => Vec::new(),
            None => return BAD_ARGUMENT,
        };
        // SAFETY: the filter's pointers are writable.
        unsafe { give(&bytes, data, size) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_get_header_map_value(
    map: u32,
    key: *const u8,
    key_size: usize,
    data: *mut *mut u8,
    size: *mut usize,
) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::ReadHeaders) {
            return INTERNAL_FAILURE;
        }
        // SAFETY: the filter's key is readable.
        let key = unsafe { read(key, key_size) };
        let Some(headers) = host.map(map) else { return BAD_ARGUMENT };
        match headers.first(key) {
            // SAFETY: the filter's pointers are writable.
            Some(value) => unsafe { give(value, data, size) },
            None => NOT_FOUND,
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_replace_header_map_value(
    map: u32,
    key: *const u8,
    key_size: usize,
    value: *const u8,
    value_size: usize,
) -> u32 {
    // SAFETY: the filter's texts are readable.
    let (key, value) = unsafe { (read(key, key_size), read(value, value_size)) };
    edit(map, |headers| headers.replace(key, value))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_add_header_map_value(
    map: u32,
    key: *const u8,
    key_size: usize,
    value: *const u8,
    value_size: usize,
) -> u32 {
    // SAFETY: the filter's texts are readable.
    let (key, value) = unsafe { (read(key, key_size), read(value, value_size)) };
    edit(map, |headers| headers.add(key, value))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_remove_header_map_value(
    map: u32,
    key: *const u8,
    key_size: usize,
) -> u32 {
    // SAFETY: the filter's text is readable.
    let key = unsafe { read(key, key_size) };
    edit(map, |headers| headers.remove(key))
}

fn edit(map: u32, edit: impl FnOnce(&mut Headers)) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::WriteHeaders) {
            return INTERNAL_FAILURE;
        }
        let Some(headers) = host.writable_map(map) else { return BAD_ARGUMENT };
        edit(headers);
        OK
    })
}
