//! JSON: what OpenTelemetry's crate reads from OTLP/JSON is what it reads from the protobuf.
#![cfg(not(target_arch = "wasm32"))]

mod requests;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use proptest::prelude::*;
use prost::Message as _;
use spanmesh_export::encoding::{otlp_json, zipkin_json};

proptest! {
    #[test]
    fn json_says_what_protobuf_says(request in requests::requests()) {
        let mut json = Vec::new();
        otlp_json(&request.encode_to_vec(), &mut json);
        let read: ExportTraceServiceRequest = serde_json::from_slice(&json).unwrap();
        prop_assert_eq!(read, request);
    }

    /// But where it hits text, which is UTF-8 in a request.
    #[test]
    fn a_damaged_request_is_still_json(
        request in requests::requests(),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let json = damaged(otlp_json, &request, at, byte);
        prop_assert!(str::from_utf8(&json).is_err() || is_json(&json));
        let json = damaged(zipkin_json, &request, at, byte);
        prop_assert!(str::from_utf8(&json).is_err() || is_json(&json));
    }
}

fn damaged(
    encode: fn(&[u8], &mut Vec<u8>),
    request: &ExportTraceServiceRequest,
    at: prop::sample::Index,
    byte: u8,
) -> Vec<u8> {
    let mut request = request.encode_to_vec();
    if !request.is_empty() {
        *at.get_mut(&mut request) = byte;
    }
    let mut out = Vec::new();
    encode(&request, &mut out);
    out
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(text).is_ok()
}
