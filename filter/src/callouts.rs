//! What comes of the calls that the filter sent: exports, and polls of sampling strategies.

use spanmesh_export::encoding::retry_delay;
use spanmesh_export::exporter::Outcome;

use crate::delivery::Call;
use crate::host::{self, grpc};
use crate::root::Root;

/// Longest part of a backend's answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// What has come of the answer to an export over gRPC; its status comes last.
#[derive(Debug, Default)]
pub struct GrpcAnswer {
    token: u32,
    /// Whether there is one at all: a status of gRPC, or a refusal over HTTP.
    is_there: bool,
    body: Vec<u8>,
    retry_delay: Option<u64>,
}

impl Root {
    /// Takes the answer to an export or to a poll.
    pub fn on_http_call_response(&mut self, token: u32, headers: usize) {
        // A reset arrives as an answer without headers.
        let status = host::callout_status().filter(|_| headers > 0);
        if let Some(pipeline) = self.pipeline()
            && let Ok(mut polls) = pipeline.polls.try_borrow_mut()
            && polls.is_waiting_for(token)
        {
            self.with_state(|state| polls.take_answer(token, status, host::now(), state));
            return;
        }
        let [retry_after, content_type] = ["retry-after", "content-type"].map(host::callout_header);
        let body = host::callout_body(MAX_ANSWER);
        let outcome = match status {
            Some(status) => Outcome::Response {
                status,
                retry_after: retry_after.as_deref(),
                content_type: content_type.as_deref(),
                body: &body,
            },
            None => Outcome::NoResponse,
        };
        self.settle(Call::Http(token), &outcome);
    }

    /// The answer to an export begins. Envoy shows its fields unless they are all of it: then it
    /// is a refusal, or has a status among its trailers.
    pub fn on_grpc_headers(&mut self, token: u32) {
        if let Some(answer) = self.grpc_answer(token) {
            answer.is_there = grpc::http_status() != Some(200);
        }
    }

    /// The message of the answer to an export.
    pub fn on_grpc_receive(&mut self, token: u32) {
        if let Some(answer) = self.grpc_answer(token) {
            answer.body = grpc::message(MAX_ANSWER);
        }
    }

    /// The trailers of the answer to an export.
    pub fn on_grpc_trailers(&mut self, token: u32) {
        if let Some(answer) = self.grpc_answer(token) {
            answer.is_there |= grpc::trailer("grpc-status").is_some();
            let details = grpc::trailer("grpc-status-details-bin");
            answer.retry_delay = details.and_then(|details| retry_delay(&details));
        }
    }

    /// An export over gRPC has ended.
    pub fn on_grpc_close(&mut self, token: u32, status: u32) {
        let Some(answer) = self.grpc_answer(token) else { return };
        let GrpcAnswer { is_there, body, retry_delay, .. } = std::mem::take(answer);
        let (is_answered, message) = (is_there, grpc::status_message());
        let outcome =
            Outcome::Grpc { status, is_answered, retry_delay, body: &body, message: &message };
        self.settle(Call::Grpc(token), &outcome);
    }

    /// What has come of the call with this token, if it is an export's.
    fn grpc_answer(&mut self, token: u32) -> Option<&mut GrpcAnswer> {
        let is_export = self.with_state(|state| state.is_waiting_for(Call::Grpc(token)));
        if is_export != Some(true) {
            return None;
        }
        let answer = &mut self.grpc_answer;
        if answer.token != token {
            *answer = GrpcAnswer { token, ..GrpcAnswer::default() };
        }
        Some(answer)
    }

    fn settle(&mut self, call: Call, outcome: &Outcome<'_>) {
        self.with_state(|state| state.handle(call, host::now(), outcome));
        self.finish_draining();
    }
}
