//! gRPC calls that the filter makes itself: a stream for each, of one message in each direction.
//!
//! A call (`proxy_grpc_call`) would not show the trailers of its answer, in which a server says when
//! to try again. The stream is closed on this side at once, because Envoy forgets only such streams
//! when the other side ends.

use proxy_wasm::types::{BufferType, MapType};
use spanmesh_core::header_map::serialise;

use super::headers::{header, status};
use super::{
    HostError, buffer, bytes, proxy_get_status, proxy_grpc_cancel, proxy_grpc_close,
    proxy_grpc_send, proxy_grpc_stream, result,
};

/// Starts a call to a cluster, described by an encoded `envoy.config.core.v3.GrpcService`, and
/// returns its token. What comes of it comes to the root context.
pub fn call(
    grpc_service: &[u8],
    service: &str,
    method: &str,
    metadata: &[(&str, &str)],
    message: &[u8],
) -> Result<u32, HostError> {
    let metadata = metadata.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let metadata = serialise(metadata);
    let mut token = 0;
    // SAFETY: everything is readable and the token valid for writes during the call.
    result(unsafe {
        proxy_grpc_stream(
            grpc_service.as_ptr(),
            grpc_service.len(),
            service.as_ptr(),
            service.len(),
            method.as_ptr(),
            method.len(),
            metadata.as_ptr(),
            metadata.len(),
            &raw mut token,
        )
    })?;
    // SAFETY: the message is readable during the call.
    result(unsafe { proxy_grpc_send(token, message.as_ptr(), message.len(), false) })
        .and_then(|()| result(proxy_grpc_close(token)))
        .inspect_err(|_| cancel(token))?;
    Ok(token)
}

/// Ends a call of which nothing has come.
pub fn cancel(token: u32) {
    // Refused only where the call has ended meanwhile.
    let _ = proxy_grpc_cancel(token);
}

/// The HTTP status in the headers that have come.
pub fn http_status() -> Option<u16> {
    status(MapType::GrpcReceiveInitialMetadata)
}

/// The message that has come, as far as `max_size` bytes.
pub fn message(max_size: usize) -> Vec<u8> {
    buffer(BufferType::GrpcReceiveBuffer, max_size).unwrap_or_default()
}

/// The first field of that name in the trailers that have come.
pub fn trailer(name: &str) -> Option<Vec<u8>> {
    header(MapType::GrpcReceiveTrailingMetadata, name)
}

/// What the server says of the status with which the call has ended.
pub fn status_message() -> Vec<u8> {
    let mut code = 0;
    // SAFETY: all pointers are valid for writes during the call.
    bytes(|data, size| unsafe { proxy_get_status(&raw mut code, data, size) }).unwrap_or_default()
}
