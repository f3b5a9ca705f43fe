//! The callbacks that the filter exports (filter/src/exports.rs). Which of them there are is read from
//! filter/exports.json when this is built: the host skips those that are absent, as Envoy does.

use crate::callouts::{Answer, Kind};
use crate::host::{Exchange, Phase, RootSide};
use crate::memory::inside;
use crate::vm::{Vm, with_host};

// Links the filter, whose exports are below.
extern crate spanmesh as _;

include!(concat!(env!("OUT_DIR"), "/exports.rs"));

/// Enters the filter with this context active.
fn enter<T>(context: u32, phase: Phase, call: impl FnOnce() -> T) -> T {
    with_host(|host| (host.active, host.phase) = (context, phase));
    let result = inside(true, call);
    with_host(|host| (host.active, host.phase) = (0, Phase::Other));
    result
}

// === impl Vm ===

impl Vm {
    /// Creates a root context and configures it; whether the configuration is taken.
    pub fn start(&self, context: u32, configuration: &[u8]) -> bool {
        let configuration = configuration.to_vec();
        let size = configuration.len();
        with_host(|host| {
            host.roots.insert(context, RootSide { configuration, ..RootSide::default() });
        });
        enter(context, Phase::Other, || context_create(context, 0));
        let taken = enter(context, Phase::Other, || configure(context, size));
        if !taken {
            with_host(|host| host.roots.remove(&context));
        }
        taken
    }

    /// Creates the context of a request.
    pub fn accept(&self, context: u32, exchange: Exchange) {
        let root = exchange.root;
        with_host(|host| host.streams.insert(context, exchange));
        enter(context, Phase::Other, || context_create(context, root));
    }

    /// The request's headers have come.
    pub fn request_headers(&self, context: u32) {
        let action = enter(context, Phase::RequestHeaders, || request_headers(context, 0, true));
        assert_eq!(action, 0, "the request goes on");
    }

    /// The answer's headers have come.
    pub fn response_headers(&self, context: u32) {
        let action = enter(context, Phase::ResponseHeaders, || response_headers(context, 0, false));
        assert_eq!(action, 0, "the answer goes on");
    }

    /// The answer's trailers have come.
    pub fn response_trailers(&self, context: u32) {
        let action = enter(context, Phase::ResponseTrailers, || response_trailers(context, 0));
        assert_eq!(action, 0, "the answer goes on");
    }

    /// The exchange is over, and its context with it.
    pub fn end(&self, context: u32) {
        self.log(context);
        assert!(self.done(context), "a request is done at once");
        with_host(|host| host.streams.remove(&context));
    }

    /// The exchange is over.
    pub fn log(&self, context: u32) {
        enter(context, Phase::Log, || log(context));
    }

    /// The root's clock ticks.
    pub fn tick(&self, context: u32) {
        enter(context, Phase::Other, || tick(context));
        self.forget_done();
    }

    /// Whether a context may be deleted.
    pub fn done(&self, context: u32) -> bool {
        enter(context, Phase::Other, || done(context))
    }

    /// The call of this number in [`crate::Host::calls`] is answered; `None`: it broke off.
    pub fn answer(&self, number: usize, answer: Option<Answer>) {
        let (kind, root, token) = with_host(|host| {
            let call = &mut host.calls[number];
            call.answers += 1;
            (call.kind, call.root, call.token)
        });
        let headers = answer.as_ref().map_or(0, |answer| answer.headers.0.len());
        let trailers = answer.as_ref().map_or(0, |answer| answer.trailers.0.len());
        let is_there = answer.is_some();
        let answer = answer.unwrap_or(Answer { status: 14, ..Answer::default() });
        let (body, status) = (answer.body.len(), answer.status);
        with_host(|host| host.shown = answer);
        match kind {
            Kind::Http => enter(root, Phase::HttpCallResponse, || {
                http_call_response(root, token, headers, body, trailers);
            }),
            Kind::Grpc => {
                if is_there {
                    enter(root, Phase::GrpcHeaders, || grpc_headers(root, token, headers));
                    if body > 0 {
                        enter(root, Phase::GrpcMessage, || grpc_message(root, token, body));
                    }
                    enter(root, Phase::GrpcTrailers, || grpc_trailers(root, token, trailers));
                }
                enter(root, Phase::GrpcClose, || grpc_close(root, token, status));
            }
        }
        self.forget_done();
    }

    /// Deletes the roots that have said that they are done.
    fn forget_done(&self) {
        with_host(|host| host.roots.retain(|_, root| !root.is_done));
    }
}
