//! What the host calls.
//!
//! The SDK's dispatcher is not used: it needs `proxy_on_delete`, one more entry into the VM for
//! each request, and it panics on contexts that it does not know. Its exports have the names of the
//! ABI and cannot be replaced, so these are called `spanmesh_on_…`; the build (filter/setup/build)
//! keeps them alone and gives them the names of the ABI.

use crate::contexts::with_contexts;
use crate::root::Root;
use crate::stream::Stream;

/// `Action::Continue` of the ABI: the only answer that a tracing filter gives.
const CONTINUE: u32 = 0;

mod initialize {
    #![allow(missing_docs, reason = "the SDK's macro exports an undocumented `_initialize`")]

    proxy_wasm::main! {{}}
}

#[unsafe(export_name = "spanmesh_on_context_create")]
extern "C" fn on_context_create(context: u32, root: u32) {
    with_contexts((), |contexts| contexts.create(context, root));
}

#[unsafe(export_name = "spanmesh_on_configure")]
extern "C" fn on_configure(context: u32, _size: usize) -> bool {
    with_contexts(false, |contexts| contexts.configure(context))
}

#[unsafe(export_name = "spanmesh_on_tick")]
extern "C" fn on_tick(context: u32) {
    with_contexts((), |contexts| contexts.tick(context));
}

#[unsafe(export_name = "spanmesh_on_http_call_response")]
extern "C" fn on_http_call_response(
    context: u32,
    token: u32,
    headers: usize,
    _body: usize,
    _trailers: usize,
) {
    with_root(context, |root| root.on_http_call_response(token, headers));
}

#[unsafe(export_name = "spanmesh_on_grpc_receive_initial_metadata")]
extern "C" fn on_grpc_receive_initial_metadata(context: u32, token: u32, _headers: usize) {
    with_root(context, |root| root.on_grpc_headers(token));
}

#[unsafe(export_name = "spanmesh_on_grpc_receive")]
extern "C" fn on_grpc_receive(context: u32, token: u32, _size: usize) {
    with_root(context, |root| root.on_grpc_receive(token));
}

#[unsafe(export_name = "spanmesh_on_grpc_receive_trailing_metadata")]
extern "C" fn on_grpc_receive_trailing_metadata(context: u32, token: u32, _trailers: usize) {
    with_root(context, |root| root.on_grpc_trailers(token));
}

#[unsafe(export_name = "spanmesh_on_grpc_close")]
extern "C" fn on_grpc_close(context: u32, token: u32, status: u32) {
    with_root(context, |root| root.on_grpc_close(token, status));
}

#[unsafe(export_name = "spanmesh_on_request_headers")]
extern "C" fn on_request_headers(context: u32, _count: usize, _end_of_stream: bool) -> u32 {
    with_stream(context, Stream::on_request_headers);
    CONTINUE
}

#[unsafe(export_name = "spanmesh_on_response_headers")]
extern "C" fn on_response_headers(context: u32, _count: usize, _end_of_stream: bool) -> u32 {
    with_stream(context, Stream::on_response_headers);
    CONTINUE
}

#[unsafe(export_name = "spanmesh_on_response_trailers")]
extern "C" fn on_response_trailers(context: u32, _count: usize) -> u32 {
    with_stream(context, Stream::on_response_trailers);
    CONTINUE
}

#[unsafe(export_name = "spanmesh_on_log")]
extern "C" fn on_log(context: u32) {
    with_stream(context, Stream::on_log);
}

/// The last call for a request, and for a root context unless it answers "not yet".
#[unsafe(export_name = "spanmesh_on_done")]
extern "C" fn on_done(context: u32) -> bool {
    with_contexts(true, |contexts| contexts.done(context))
}

/// Calls a root, which may tell the host that it is done.
fn with_root(context: u32, act: impl FnOnce(&mut Root)) {
    with_contexts((), |contexts| {
        if let Some(root) = contexts.root(context) {
            act(root);
        }
        contexts.forget_if_gone(context);
    });
}

fn with_stream(context: u32, act: impl FnOnce(&mut Stream)) {
    with_contexts((), |contexts| {
        if let Some(stream) = contexts.stream(context) {
            stream.activate(act);
        }
    });
}
