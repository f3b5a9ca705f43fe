//! Header maps of a request and its answer.

use proxy_wasm::types::MapType;

use super::{
    HostError, bytes, proxy_add_header_map_value, proxy_get_header_map_pairs,
    proxy_get_header_map_value, proxy_remove_header_map_value, proxy_replace_header_map_value,
    result,
};

/// The serialised list of the request's headers, as it lies in the host's buffer.
pub fn request_headers() -> Option<Vec<u8>> {
    pairs(MapType::HttpRequestHeaders)
}

/// The same of the answer's headers.
pub fn response_headers() -> Option<Vec<u8>> {
    pairs(MapType::HttpResponseHeaders)
}

/// The same of the answer's trailers.
pub fn response_trailers() -> Option<Vec<u8>> {
    pairs(MapType::HttpResponseTrailers)
}

fn pairs(map: MapType) -> Option<Vec<u8>> {
    // SAFETY: both pointers are valid for writes during the call.
    bytes(|data, size| unsafe { proxy_get_header_map_pairs(map, data, size) })
}

/// The first request header of that name.
pub fn request_header(name: &str) -> Option<Vec<u8>> {
    header(MapType::HttpRequestHeaders, name)
}

/// The status code of the response, if there is one.
pub fn response_status() -> Option<u16> {
    status(MapType::HttpResponseHeaders)
}

/// The first response header of that name.
pub fn response_header(name: &str) -> Option<Vec<u8>> {
    header(MapType::HttpResponseHeaders, name)
}

/// The first response trailer of that name.
pub fn response_trailer(name: &str) -> Option<Vec<u8>> {
    header(MapType::HttpResponseTrailers, name)
}

pub(super) fn status(map: MapType) -> Option<u16> {
    str::from_utf8(&header(map, ":status")?).ok()?.parse().ok()
}

pub(super) fn header(map: MapType, name: &str) -> Option<Vec<u8>> {
    // SAFETY: the name is readable and both pointers are valid for writes during the call.
    bytes(|data, size| unsafe {
        proxy_get_header_map_value(map, name.as_ptr(), name.len(), data, size)
    })
}

/// Replaces all request headers of that name by one.
pub fn replace_request_header(name: &str, value: &[u8]) -> Result<(), HostError> {
    replace(MapType::HttpRequestHeaders, name, value)
}

/// Replaces all response headers of that name by one.
pub fn replace_response_header(name: &str, value: &[u8]) -> Result<(), HostError> {
    replace(MapType::HttpResponseHeaders, name, value)
}

fn replace(map: MapType, name: &str, value: &[u8]) -> Result<(), HostError> {
    // SAFETY: name and value are readable during the call.
    result(unsafe {
        proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

/// Adds a request header that is known to be absent.
pub fn add_request_header(name: &str, value: &[u8]) -> Result<(), HostError> {
    add(MapType::HttpRequestHeaders, name, value)
}

/// Removes all request headers of that name.
pub fn remove_request_header(name: &str) -> Result<(), HostError> {
    remove(MapType::HttpRequestHeaders, name)
}

/// Removes all response headers of that name.
pub fn remove_response_header(name: &str) -> Result<(), HostError> {
    remove(MapType::HttpResponseHeaders, name)
}

/// Removes all response trailers of that name.
pub fn remove_response_trailer(name: &str) -> Result<(), HostError> {
    remove(MapType::HttpResponseTrailers, name)
}

/// Adds a response header.
pub fn add_response_header(name: &str, value: &[u8]) -> Result<(), HostError> {
    add(MapType::HttpResponseHeaders, name, value)
}

/// Adds a response trailer.
pub fn add_response_trailer(name: &str, value: &[u8]) -> Result<(), HostError> {
    add(MapType::HttpResponseTrailers, name, value)
}

fn add(map: MapType, name: &str, value: &[u8]) -> Result<(), HostError> {
    // SAFETY: name and value are readable during the call.
    result(unsafe {
        proxy_add_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

fn remove(map: MapType, name: &str) -> Result<(), HostError> {
    // SAFETY: the name is readable during the call.
    result(unsafe { proxy_remove_header_map_value(map, name.as_ptr(), name.len()) })
}
