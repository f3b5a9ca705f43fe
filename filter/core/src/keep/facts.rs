//! What is known of an exchange when it is judged.

use crate::rules::Request;
use crate::semconv::{error, rpc};

/// Which failures promote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Answers with a status of 500 or more.
    pub http_5xx: bool,
    /// gRPC statuses that are errors of this side by the semantic conventions.
    pub grpc: bool,
    /// Resets, refused and broken connections, and exchanges without an answer, unless the caller
    /// went away.
    pub reset: bool,
    /// Timeouts.
    pub timeout: bool,
}

/// What is known of an exchange.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Status code of the answer, if there is one.
    pub status: Option<u16>,
    /// gRPC status, once it is known.
    pub grpc_status: Option<u32>,
    /// Envoy's response flags; `None` before the end.
    pub response_flags: Option<u64>,
    /// Nanoseconds since the request began.
    pub elapsed: u64,
    /// Looks up a header of the answer.
    pub response_header: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    /// Whether status and headers of the answer have been judged before.
    pub seen_before: bool,
}

impl Errors {
    /// Whether Envoy's response flags are needed to tell.
    pub fn need_flags(self) -> bool {
        self.reset || self.timeout
    }
}

impl Facts<'_> {
    pub(super) fn is_error(&self, errors: Errors, request: &Request<'_>) -> bool {
        let grpc_error = |status| rpc::is_error(request.listener.kind(), status);
        (errors.http_5xx && self.status.is_some_and(|status| status >= 500))
            || (errors.grpc && self.grpc_status.is_some_and(grpc_error))
            // A gRPC call that brought a good status has succeeded, whatever came after it.
            || (errors.need_flags()
                && self.grpc_status.is_none_or(grpc_error)
                && self.response_flags.is_some_and(|flags| self.has_failed(errors, flags)))
    }

    fn has_failed(&self, errors: Errors, flags: u64) -> bool {
        let no_answer = self.status.is_none() && !error::is_caller_gone(flags);
        if error::is_timeout(flags) {
            errors.timeout
        } else {
            errors.reset && (no_answer || error::failure_of(flags).is_some())
        }
    }
}
