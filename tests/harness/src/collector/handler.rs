//! Receives one export request and gives the answer that is due.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tokio::time::sleep;

use super::{Answer, ExportRequest, State};
use crate::resettable::Connection;
use crate::server::{Body, Handled, full};
use crate::upstream::ordered;

const PROTOBUF: &str = "application/x-protobuf";

pub(super) async fn handle(
    state: Arc<State>,
    request: Request<Incoming>,
    connection: Connection,
) -> Handled {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mut received = ExportRequest {
        version: head.version,
        method: head.method.to_string(),
        path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: ordered(&head.headers),
        body_length: body.len(),
        arrived: Instant::now(),
        export: ExportTraceServiceRequest::decode(body).map_err(|error| error.to_string()),
        answer: Answer::Accept,
        accepted: false,
    };
    received.answer = due(&state, &received);
    let mut answer = received.answer.clone();
    let number = state.requests.push(received);
    // The server drops this future when the client goes away, so that an answer that came too
    // late accepts nothing.
    while let Answer::Delay(delay, next) = answer {
        sleep(delay).await;
        answer = *next;
    }
    if is_acceptance(&answer) {
        state.requests.update(number, |request| request.accepted = true);
    }
    give(answer, connection).await
}

fn due(state: &State, request: &ExportRequest) -> Answer {
    let mut plan = state.plan();
    complaint(request, &plan.path)
        .or_else(|| plan.script.pop_front())
        .unwrap_or_else(|| plan.default.clone())
}

/// What any collector answers to a request that is wrong in itself.
fn complaint(request: &ExportRequest, path: &str) -> Option<Answer> {
    let status = if request.path != path {
        404
    } else if request.method != "POST" {
        405
    } else if request.header("content-type").as_deref() != Some(PROTOBUF) {
        415
    } else if request.export.is_err() {
        400
    } else {
        return None;
    };
    Some(Answer::Status(status))
}

fn is_acceptance(answer: &Answer) -> bool {
    matches!(answer, Answer::Accept | Answer::AcceptEmptyBody | Answer::PartialSuccess { .. })
}

async fn give(answer: Answer, connection: Connection) -> Handled {
    match answer {
        Answer::Accept => Ok(success(ExportTracePartialSuccess::default())),
        Answer::AcceptEmptyBody => Ok(protobuf(Vec::new())),
        Answer::PartialSuccess { rejected, message } => Ok(success(ExportTracePartialSuccess {
            rejected_spans: rejected,
            error_message: message,
        })),
        Answer::Status(status) => Ok(status_with(status, &[])),
        Answer::StatusWithHeaders(status, fields) => Ok(status_with(status, &fields)),
        Answer::Hang => pending().await,
        Answer::ResetConnection => {
            connection.reset();
            pending().await
        }
        // Field 1 claims 127 bytes and has two.
        Answer::Garbage => Ok(protobuf(vec![0x0a, 0x7f, 0xff, 0xff])),
        Answer::Delay(..) => unreachable!("delays were waited for"),
    }
}

fn success(partial: ExportTracePartialSuccess) -> Response<Body> {
    let message = ExportTraceServiceResponse { partial_success: Some(partial) };
    protobuf(message.encode_to_vec())
}

fn protobuf(bytes: Vec<u8>) -> Response<Body> {
    let response = Response::builder().header("content-type", PROTOBUF).body(full(bytes));
    response.expect("a legal answer")
}

fn status_with(status: u16, fields: &[(String, String)]) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(name, value);
    }
    response.body(full("")).expect("the test asks for a legal status and fields")
}
