//! gzip, over each protocol.

use serde_json::json;
use spanmesh_harness::{Collector, Request};

use super::{call, export, frame, gzip, message, send};

fn compressed(path: &str, kind: &str, plain: &[u8]) -> Request {
    let request = Request::post(path, gzip(plain));
    request.header("content-type", kind).header("content-encoding", "gzip")
}

#[tokio::test]
async fn bodies_are_inflated_and_both_lengths_known() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let protobuf = message(1..=100);
    let json = json!({"resourceSpans": [{"schemaUrl": "x".repeat(500)}]}).to_string();
    let zipkin = json!([{"traceId": "a3ce929d0e0e4736", "id": "a3ce929d0e0e4736",
                         "name": "x".repeat(500)}]);
    let zipkin = zipkin.to_string();
    let rows = [
        ("/v1/traces", "application/x-protobuf", &protobuf[..]),
        ("/v1/traces", "application/json", json.as_bytes()),
        ("/api/v2/spans", "application/json", zipkin.as_bytes()),
    ];
    for (path, kind, plain) in rows {
        let status = send(&collector, &compressed(path, kind, plain)).await.status;
        assert!(status == 200 || status == 202, "{path} {kind}: {status}");
        let request = collector.requests().pop().unwrap();
        assert_eq!(request.encoding.as_deref(), Some("gzip"));
        assert_eq!((request.body_length, request.decoded_length), (gzip(plain).len(), plain.len()));
        assert!(request.body_length < request.decoded_length);
    }
    assert_eq!(collector.span_count(), 101);

    let body = frame(1, &gzip(&protobuf));
    let metadata: [(&str, &[u8]); 1] = [("grpc-encoding", b"gzip")];
    let response = call(&collector, body.clone(), &metadata).await.unwrap();
    assert_eq!(response.trailers.unwrap()["grpc-status"], "0");
    let request = collector.requests().pop().unwrap();
    assert_eq!((request.body_length, request.decoded_length), (body.len(), protobuf.len()));
    assert_eq!(request.encoding.as_deref(), Some("gzip"));

    // Each message says itself whether it is compressed.
    let response = call(&collector, frame(0, &protobuf), &metadata).await.unwrap();
    assert_eq!(response.trailers.unwrap()["grpc-status"], "0");
    assert_eq!(collector.span_count(), 301);
}

#[tokio::test]
async fn bad_compression_is_refused() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let whole = gzip(&message([1]));
    let mut changed = whole.clone();
    let checksum = changed.len() - 8;
    changed[checksum] ^= 1;
    let rows = [
        (400, "gzip", message([1]), "not compressed at all"),
        (400, "gzip", whole[..whole.len() - 4].to_vec(), "cut short"),
        (400, "gzip", changed, "a wrong checksum"),
        (400, "gzip", [&whole[..], b"more"].concat(), "something behind it"),
        (400, "gzip", gzip(&[0x0a, 0x7f]), "no protobuf inside"),
        (415, "zstd", whole, "an encoding that not every collector knows"),
    ];
    for (status, encoding, body, why) in rows {
        let request = export([]).body(body).header("content-encoding", encoding);
        assert_eq!(send(&collector, &request).await.status, status, "{why}");
    }
    let metadata: [(&str, &[u8]); 1] = [("grpc-encoding", b"snappy")];
    let response = call(&collector, frame(1, &message([1])), &metadata).await.unwrap();
    assert_eq!(response.trailers.unwrap()["grpc-status"], "12");
    assert_eq!(collector.span_count(), 0);

    let plain = export([1]).header("content-encoding", "identity");
    assert_eq!(send(&collector, &plain).await.status, 200);
}
