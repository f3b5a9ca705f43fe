//! Header maps of a request and its answer.

use proxy_wasm::types::MapType;
use spanmesh_core::propagation::HeaderEdit;

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

/// Changes the request's headers.
pub fn edit_request_headers(edit: HeaderEdit<'_>) -> Result<(), HostError> {
    apply(MapType::HttpRequestHeaders, edit)
}

/// Changes the answer's headers.
pub fn edit_response_headers(edit: HeaderEdit<'_>) -> Result<(), HostError> {
    apply(MapType::HttpResponseHeaders, edit)
}

/// Changes the answer's trailers.
pub fn edit_response_trailers(edit: HeaderEdit<'_>) -> Result<(), HostError> {
    apply(MapType::HttpResponseTrailers, edit)
}

fn apply(map: MapType, edit: HeaderEdit<'_>) -> Result<(), HostError> {
    // SAFETY: name and value are readable during each call.
    result(match edit {
        HeaderEdit::Add(name, value) => unsafe {
            let (name_size, value_size) = (name.len(), value.len());
            proxy_add_header_map_value(map, name.as_ptr(), name_size, value.as_ptr(), value_size)
        },
        HeaderEdit::Replace(name, value) => unsafe {
            let (name_size, value_size) = (name.len(), value.len());
            proxy_replace_header_map_value(
                map,
                name.as_ptr(),
                name_size,
                value.as_ptr(),
                value_size,
            )
        },
        HeaderEdit::Remove(name) => unsafe {
            proxy_remove_header_map_value(map, name.as_ptr(), name.len())
        },
    })
}
