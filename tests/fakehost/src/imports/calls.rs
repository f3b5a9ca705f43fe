//! Requests of the filter's.

use super::{BAD_ARGUMENT, INTERNAL_FAILURE, OK, read, serve};
use crate::callouts::{Callout, Kind};
use crate::faults::Fault;
use crate::headers::Headers;
use crate::host::Host;

impl Host {
    fn call(&mut self, kind: Kind, cluster: &[u8], headers: &[u8], body: &[u8]) -> u32 {
        let token = self.calls.iter().filter(|call| call.kind == kind).count() + 1;
        let token = u32::try_from(token).expect("few calls");
        self.calls.push(Callout {
            token,
            kind,
            root: self.active_root(),
            cluster: cluster.to_vec(),
            headers: Headers::parse(headers),
            body: body.to_vec(),
            is_closed: kind == Kind::Http,
            is_cancelled: false,
            answers: 0,
        });
        token
    }

    fn stream(&mut self, token: u32) -> Option<&mut Callout> {
        let is_it = |call: &&mut Callout| call.kind == Kind::Grpc && call.token == token;
        self.calls.iter_mut().find(is_it)
    }

    fn is_refused(&mut self) -> Option<u32> {
        if self.faults.strike(Fault::NoCluster) {
            return Some(BAD_ARGUMENT);
        }
        self.faults.strike(Fault::NoHost).then_some(INTERNAL_FAILURE)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_http_call(
    cluster: *const u8,
    cluster_size: usize,
    headers: *const u8,
    headers_size: usize,
    body: *const u8,
    body_size: usize,
    _trailers: *const u8,
    trailers_size: usize,
    _timeout_milliseconds: u32,
    token: *mut u32,
) -> u32 {
    serve(|host| {
        // SAFETY: all that the filter gives is readable.
        let (cluster, headers, body) = unsafe {
            (read(cluster, cluster_size), read(headers, headers_size), read(body, body_size))
        };
        assert!(!cluster.is_empty() && trailers_size == 0);
        if let Some(status) = host.is_refused() {
            return status;
        }
        let sent = host.call(Kind::Http, cluster, headers, body);
        let headers = &host.calls[host.calls.len() - 1].headers;
        for name in [":method", ":path", ":authority"] {
            assert_eq!(headers.all(name.as_bytes()).len(), 1, "{name} is required");
        }
        // SAFETY: the filter's pointer is writable.
        unsafe { token.write(sent) };
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_grpc_stream(
    grpc_service: *const u8,
    grpc_service_size: usize,
    service: *const u8,
    service_size: usize,
    method: *const u8,
    method_size: usize,
    initial_metadata: *const u8,
    initial_metadata_size: usize,
    token: *mut u32,
) -> u32 {
    serve(|host| {
        // SAFETY: all that the filter gives is readable.
        let (description, service, method, metadata) = unsafe {
            (
                read(grpc_service, grpc_service_size),
                read(service, service_size),
                read(method, method_size),
                read(initial_metadata, initial_metadata_size),
            )
        };
        assert_eq!(service, b"opentelemetry.proto.collector.trace.v1.TraceService");
        assert_eq!(method, b"Export");
        if let Some(status) = host.is_refused() {
            return status;
        }
        let sent = host.call(Kind::Grpc, description, metadata, &[]);
        // SAFETY: the filter's pointer is writable.
        unsafe { token.write(sent) };
        OK
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn proxy_grpc_send(
    token: u32,
    message: *const u8,
    message_size: usize,
    _end_of_stream: bool,
) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::GrpcSend) {
            return INTERNAL_FAILURE;
        }
        // SAFETY: the filter's message is readable.
        let message = unsafe { read(message, message_size) };
        let Some(call) = host.stream(token) else { return BAD_ARGUMENT };
        assert!(!call.is_closed && !call.is_cancelled && call.body.is_empty());
        call.body = message.to_vec();
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_grpc_close(token: u32) -> u32 {
    serve(|host| {
        if host.faults.strike(Fault::GrpcSend) {
            return INTERNAL_FAILURE;
        }
        let Some(call) = host.stream(token) else { return BAD_ARGUMENT };
        call.is_closed = true;
        OK
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_grpc_cancel(token: u32) -> u32 {
    serve(|host| {
        let Some(call) = host.stream(token) else { return BAD_ARGUMENT };
        call.is_cancelled = true;
        OK
    })
}
