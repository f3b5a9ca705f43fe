//! The collector's protocols, answers and accounts, asked by clients that share nothing with it.

mod accounts;
mod compression;
mod cuts;
mod foreign;
mod grpc;
mod json;
mod refusals;
mod schedules;
mod zipkin;

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use prost::Message;
use spanmesh_harness::h2_client::{H2Response, request};
use spanmesh_harness::{Answer, Client, Collector, H2Client, Request, Response};

use crate::otlp;

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// An export of spans with these numbers.
fn message(numbers: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let span = |number: u8| otlp::span(number, &format!("span-{number}"), StatusCode::Unset);
    let spans = numbers.into_iter().map(span).collect();
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

/// The same over HTTP/1.1.
fn export(numbers: impl IntoIterator<Item = u8>) -> Request {
    Request::post("/v1/traces", message(numbers)).header("content-type", "application/x-protobuf")
}

async fn send(collector: &Collector, request: &Request) -> Response {
    Client::connect(collector.port()).await.send(request).await
}

async fn answer_to(collector: &Collector, answer: Answer) -> Response {
    collector.script([answer]);
    send(collector, &export([1])).await
}

fn frame(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag][..], &length, message].concat()
}

/// A call over gRPC with this body and more metadata.
fn grpc_export(
    authority: &str,
    body: Vec<u8>,
    metadata: &[(&str, &[u8])],
) -> http::Request<Full<Bytes>> {
    let mut fields: Vec<(&str, &[u8])> = vec![("content-type", b"application/grpc")];
    fields.push(("te", b"trailers"));
    fields.extend_from_slice(metadata);
    request("POST", authority, EXPORT, &fields, body)
}

/// The same, sent.
async fn call(
    collector: &Collector,
    body: Vec<u8>,
    metadata: &[(&str, &[u8])],
) -> Result<H2Response, hyper::Error> {
    let mut client = H2Client::connect(collector.port()).await;
    client.send(grpc_export("collector.test", body, metadata)).await
}

/// A gRPC call with one span, and the answer to it.
async fn call_for(collector: &Collector, answer: Answer) -> Result<H2Response, hyper::Error> {
    collector.script([answer]);
    call(collector, frame(0, &message([1])), &[]).await
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}
