//! An answer in the terms of its request's protocol.

use http::Response;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use super::protocol::{JSON, PROTOBUF};
use super::{Answer, Protocol, grpc};
use crate::server::{Body, full};

/// An answer that is one.
pub(super) fn reply(answer: Answer, protocol: Option<Protocol>) -> Response<Body> {
    // Whoever is accepted was understood.
    let understood = || protocol.expect("only understood requests are accepted");
    match answer {
        Answer::Accept => success(understood(), Some(ExportTracePartialSuccess::default())),
        Answer::AcceptEmptyBody => success(understood(), None),
        Answer::PartialSuccess { rejected, message } => {
            let partial =
                ExportTracePartialSuccess { rejected_spans: rejected, error_message: message };
            success(understood(), Some(partial))
        }
        Answer::Garbage => garbage(understood()),
        Answer::Status(status) => full_answer(status, &[], Vec::new()),
        Answer::StatusWithHeaders(status, fields) => full_answer(status, &fields, Vec::new()),
        Answer::Full(status, fields, body) => full_answer(status, &fields, body),
        Answer::Grpc(status) => grpc::failure(&status),
        Answer::Refuse(refusal) => reply(refusal.over(protocol), protocol),
        Answer::Delay(..)
        | Answer::Hang
        | Answer::ResetConnection
        | Answer::ResetStream
        | Answer::ResetConnectionUnread
        | Answer::ResetStreamUnread => unreachable!("{answer:?} is no answer"),
    }
}

fn success(protocol: Protocol, partial: Option<ExportTracePartialSuccess>) -> Response<Body> {
    let message = ExportTraceServiceResponse { partial_success: partial.clone() };
    match protocol {
        Protocol::OtlpProtobuf => typed(200, PROTOBUF, message.encode_to_vec()),
        Protocol::OtlpJson => typed(200, JSON, partial.map(json_success).unwrap_or_default()),
        Protocol::OtlpGrpc => grpc::ok(&message.encode_to_vec()),
        Protocol::ZipkinJson => full_answer(202, &[], Vec::new()),
    }
}

/// As ProtoJSON has it: numbers of 64 bits are strings, and defaults are left out.
fn json_success(partial: ExportTracePartialSuccess) -> Vec<u8> {
    let mut fields = json!({});
    if partial.rejected_spans != 0 {
        fields["rejectedSpans"] = partial.rejected_spans.to_string().into();
    }
    if !partial.error_message.is_empty() {
        fields["errorMessage"] = partial.error_message.into();
    }
    json!({"partialSuccess": fields}).to_string().into_bytes()
}

fn garbage(protocol: Protocol) -> Response<Body> {
    // Field 1 claims 127 bytes and has two.
    const PROTO: [u8; 4] = [0x0a, 0x7f, 0xff, 0xff];
    const TEXT: &[u8] = b"{\"partialSuccess\":";
    match protocol {
        Protocol::OtlpProtobuf => typed(200, PROTOBUF, PROTO.to_vec()),
        Protocol::OtlpJson => typed(200, JSON, TEXT.to_vec()),
        Protocol::OtlpGrpc => grpc::ok(&PROTO),
        Protocol::ZipkinJson => typed(202, JSON, TEXT.to_vec()),
    }
}

fn typed(status: u16, kind: &str, body: Vec<u8>) -> Response<Body> {
    full_answer(status, &[("content-type".to_owned(), kind.to_owned())], body)
}

fn full_answer(status: u16, fields: &[(String, String)], body: Vec<u8>) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(name, value);
    }
    response.body(full(body)).expect("the test asks for a legal status and fields")
}
