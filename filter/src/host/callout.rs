//! Requests that the filter sends itself, and their answers.

use std::ptr::null;
use std::time::Duration;

use proxy_wasm::types::{BufferType, MapType};
use spanmesh_core::header_map::serialise;

use super::headers::{header, status};
use super::{HostError, buffer, proxy_http_call, result};

/// Sends an HTTP request to a cluster, and returns the token of its answer, which comes to the root
/// context.
pub fn send(
    cluster: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    timeout: Duration,
) -> Result<u32, HostError> {
    let headers = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let headers = serialise(headers);
    let timeout = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
    let mut token = 0;
    // SAFETY: everything is readable and the token valid for writes during the call; trailers of
    // no bytes may be null.
    result(unsafe {
        proxy_http_call(
            cluster.as_ptr(),
            cluster.len(),
            headers.as_ptr(),
            headers.len(),
            body.as_ptr(),
            body.len(),
            null(),
            0,
            timeout,
            &raw mut token,
        )
    })?;
    Ok(token)
}

/// The status code of the answer to a callout.
pub fn callout_status() -> Option<u16> {
    status(MapType::HttpCallResponseHeaders)
}

/// The first header of that name in the answer to a callout.
pub fn callout_header(name: &str) -> Option<Vec<u8>> {
    header(MapType::HttpCallResponseHeaders, name)
}

/// The body of the answer to a callout, as far as `max_size` bytes.
pub fn callout_body(max_size: usize) -> Vec<u8> {
    buffer(BufferType::HttpCallResponseBody, max_size).unwrap_or_default()
}
