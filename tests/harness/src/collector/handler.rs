//! Receives one export request and gives the answer that is due.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::sleep;

use super::payload::{self, Unreadable};
use super::{Answer, ExportRequest, Protocol, State, reply};
use crate::resettable::Connection;
use crate::server::Handled;

pub(super) async fn handle(
    state: Arc<State>,
    epoch: usize,
    request: Request<Incoming>,
    connection: Connection,
) -> Handled {
    let (head, body) = request.into_parts();
    let mut received = ExportRequest::of_head(&head);
    let protocol = Protocol::of(&received, &state.plan().paths);
    received.protocol = protocol.as_ref().ok().copied();
    let unread = if protocol.is_ok() { state.plan().due_unread() } else { None };
    if unread.is_none() {
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        received.arrived = Instant::now();
        received.body_length = body.len();
        received.answer = match protocol {
            Ok(protocol) => read(&state, protocol, &mut received, body),
            Err(complaint) => complaint,
        };
    } else if let Some(answer) = unread {
        received.answer = answer;
    }
    let (protocol, mut answer) = (received.protocol, received.answer.clone());
    let number = state.requests.push(received);
    // The server drops this future when the client goes away, so that an answer that came too
    // late accepts nothing.
    while let Answer::Delay(delay, next) = answer {
        sleep(delay).await;
        answer = *next;
    }
    if !state.answers(number, answer.outcome(protocol), epoch, &connection) {
        return pending().await;
    }
    match answer {
        Answer::Hang => pending().await,
        Answer::ResetConnection | Answer::ResetConnectionUnread => {
            state.reset(&connection, head.version).await;
            pending().await
        }
        Answer::ResetStream | Answer::ResetStreamUnread => {
            Err(io::Error::other("the test asked for it"))
        }
        answer => Ok(reply::reply(answer, protocol)),
    }
}

/// Decodes the body and gives the answer that is due.
fn read(state: &State, protocol: Protocol, request: &mut ExportRequest, body: Bytes) -> Answer {
    let message = match payload::message(protocol, request, body) {
        Ok(message) => message,
        Err(Unreadable { reason, answer }) => {
            request.export = Err(reason);
            return answer;
        }
    };
    request.decoded_length = message.len();
    request.export = payload::export(protocol, &message);
    state.violations.note(protocol, &message, &request.export);
    request.message = message;
    match &request.export {
        Ok(_) => state.plan().due(protocol, request),
        Err(reason) => Unreadable::new(protocol, reason.clone()).answer,
    }
}
