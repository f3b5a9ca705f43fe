//! Envoy's host calls: bytes in, small errors out. Nothing outside this module names one.
//!
//! The calls are declared here and not taken from `proxy_wasm::hostcalls` for two reasons. The
//! SDK's wrappers panic on any status they do not expect, and a panic answers 503 to every later
//! request of the worker. And its header reader copies each name and value into an allocation of
//! its own, where this one takes over the host's buffer as it is.

mod callout;
pub mod grpc;
mod headers;
mod shared_store;

use std::ptr::null_mut;

use proxy_wasm::types::{BufferType, LogLevel, MapType, MetricType};
use spanmesh_core::otlp::wire;

pub use callout::{callout_body, callout_header, callout_status, send};
pub use headers::{
    edit_request_headers, edit_response_headers, edit_response_trailers, request_header,
    request_headers, response_header, response_headers, response_status, response_trailer,
    response_trailers,
};
pub use shared_store::SharedStore;

/// A host call that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostError {
    /// An argument means nothing to the host, such as a cluster that it does not know.
    BadArgument,
    /// Anything else.
    Other,
}

const OK: u32 = 0;
const BAD_ARGUMENT: u32 = 2;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_get_header_map_pairs(map: MapType, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_get_header_map_value(
        map: MapType,
        key: *const u8,
        key_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_replace_header_map_value(
        map: MapType,
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_add_header_map_value(
        map: MapType,
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: MapType, key: *const u8, key_size: usize) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_set_property(
        path: *const u8,
        path_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: BufferType,
        start: usize,
        max_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
        number: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        number: u32,
    ) -> u32;
    fn proxy_http_call(
        cluster: *const u8,
        cluster_size: usize,
        headers: *const u8,
        headers_size: usize,
        body: *const u8,
        body_size: usize,
        trailers: *const u8,
        trailers_size: usize,
        timeout_milliseconds: u32,
        token: *mut u32,
    ) -> u32;
    fn proxy_grpc_stream(
        grpc_service: *const u8,
        grpc_service_size: usize,
        service: *const u8,
        service_size: usize,
        method: *const u8,
        method_size: usize,
        initial_metadata: *const u8,
        initial_metadata_size: usize,
        token: *mut u32,
    ) -> u32;
    fn proxy_grpc_send(
        token: u32,
        message: *const u8,
        message_size: usize,
        end_of_stream: bool,
    ) -> u32;
    safe fn proxy_grpc_close(token: u32) -> u32;
    safe fn proxy_grpc_cancel(token: u32) -> u32;
    fn proxy_call_foreign_function(
        name: *const u8,
        name_size: usize,
        argument: *const u8,
        argument_size: usize,
        result: *mut *mut u8,
        result_size: *mut usize,
    ) -> u32;
    fn proxy_get_status(code: *mut u32, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
    fn proxy_log(level: LogLevel, message: *const u8, message_size: usize) -> u32;
    fn proxy_define_metric(
        metric: MetricType,
        name: *const u8,
        name_size: usize,
        id: *mut u32,
    ) -> u32;
    safe fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    safe fn proxy_increment_metric(id: u32, offset: i64) -> u32;
    safe fn proxy_record_metric(id: u32, value: u64) -> u32;
    safe fn proxy_done() -> u32;
}

/// Runs a call that returns bytes, and takes them over without copying.
fn bytes(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Option<Vec<u8>> {
    let mut data: *mut u8 = null_mut();
    let mut size: usize = 0;
    if call(&raw mut data, &raw mut size) != OK {
        return None;
    }
    if data.is_null() || size == 0 {
        return Some(Vec::new());
    }
    // SAFETY: the host obtained `data` from this module's `proxy_on_memory_allocate`, which hands
    // out a boxed slice of exactly `size` bytes from the global allocator, wrote all of it, and
    // keeps no reference: the slice is ours, as the ABI has it.
    Some(unsafe { Vec::from_raw_parts(data, size, size) })
}

/// A property by its path, whose parts are separated by NUL.
pub fn property(path: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    bytes_of_property(path.as_ref())
}

fn bytes_of_property(path: &[u8]) -> Option<Vec<u8>> {
    // SAFETY: the path is readable and both pointers are valid for writes during the call.
    bytes(|data, size| unsafe { proxy_get_property(path.as_ptr(), path.len(), data, size) })
}

/// Puts a value into the request's filter state, under this name behind the prefix `wasm.`.
pub fn set_filter_state(name: &[u8], value: &[u8]) -> Result<(), HostError> {
    // SAFETY: name and value are readable during the call.
    result(unsafe { proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
}

/// Lets a property that requests set live as long as their connection. Only to be called while a
/// root context is active; an error of the argument says that this was done before.
pub fn declare_of_connection(name: &[u8]) -> Result<(), HostError> {
    /// `DeclarePropertyArguments.name` and `.span`, and `LifeSpan.DownstreamConnection` (Envoy's
    /// declare_property.proto).
    const NAME: u32 = 1;
    const SPAN: u32 = 5;
    const DOWNSTREAM_CONNECTION: u64 = 2;
    const FUNCTION: &str = "declare_property";
    let mut argument = Vec::with_capacity(32);
    wire::put_bytes(&mut argument, NAME, name);
    wire::put_integer(&mut argument, SPAN, DOWNSTREAM_CONNECTION);
    let (name, argument) = (FUNCTION.as_bytes(), argument.as_slice());
    // SAFETY: name and argument are readable during the call; null says that no result is wanted.
    result(unsafe {
        proxy_call_foreign_function(
            name.as_ptr(),
            name.len(),
            argument.as_ptr(),
            argument.len(),
            null_mut(),
            null_mut(),
        )
    })
}

/// A property that is a whole number or a time: eight bytes, little-endian.
pub fn number(path: &str) -> Option<u64> {
    property(path)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// A property that is a floating-point number: eight bytes, little-endian.
pub fn float(path: &str) -> Option<f64> {
    number(path).map(f64::from_bits)
}

/// The plugin configuration as it was given.
pub fn plugin_configuration() -> Vec<u8> {
    buffer(BufferType::PluginConfiguration, usize::MAX).unwrap_or_default()
}

fn buffer(buffer: BufferType, max_size: usize) -> Option<Vec<u8>> {
    // SAFETY: both pointers are valid for writes during the call.
    bytes(|data, size| unsafe { proxy_get_buffer_bytes(buffer, 0, max_size, data, size) })
}

/// Nanoseconds since the Unix epoch; 0 when the host has no clock.
pub fn now() -> u64 {
    let mut time = 0;
    // SAFETY: the pointer is valid for writes during the call.
    let status = unsafe { proxy_get_current_time_nanoseconds(&raw mut time) };
    if status == OK { time } else { 0 }
}

/// Fills `bytes` with entropy from the host.
pub fn fill_random(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
}

/// Asks for a tick of the current root context every `milliseconds`.
pub fn set_tick_period(milliseconds: u32) {
    // Envoy accepts any period; were it refused, full batches would still leave on later ticks.
    let _ = proxy_set_tick_period_milliseconds(milliseconds);
}

/// Tells the host that a root context whose `on_done` said "not yet" is done now.
pub fn done() {
    // Refused only when the host no longer waits.
    let _ = proxy_done();
}

/// Writes a line to Envoy's log, behind the prefix `spanmesh: `.
pub fn log(level: LogLevel, message: &str) {
    let line = format!("spanmesh: {message}");
    // SAFETY: the line is readable during the call. A line that cannot be written is lost.
    let _ = unsafe { proxy_log(level, line.as_ptr(), line.len()) };
}

/// Makes a statistic known to Envoy; one name is one statistic over all workers.
pub fn define_metric(metric: MetricType, name: &[u8]) -> Option<u32> {
    let mut id = 0;
    // SAFETY: the name is readable and the pointer is valid for writes during the call.
    let status = unsafe { proxy_define_metric(metric, name.as_ptr(), name.len(), &raw mut id) };
    (status == OK).then_some(id)
}

/// Adds to a counter or gauge.
pub fn increment_metric(id: u32, offset: i64) {
    // Fails only for an id that was never defined.
    let _ = proxy_increment_metric(id, offset);
}

/// Adds a value to a histogram.
pub fn record_metric(id: u32, value: u64) {
    // Fails only for an id that was never defined.
    let _ = proxy_record_metric(id, value);
}

fn result(status: u32) -> Result<(), HostError> {
    match status {
        OK => Ok(()),
        BAD_ARGUMENT => Err(HostError::BadArgument),
        _ => Err(HostError::Other),
    }
}
