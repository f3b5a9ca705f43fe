//! Each behaviour of the upstream, over HTTP/1.1 and HTTP/2.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spanmesh_harness::h2_client::grpc_request;
use spanmesh_harness::{
    Client, H2Client, HeaderCopyingApp, Request, Response, SECONDS, Upstream, grpc_call,
};
use tokio::time::timeout;

async fn get(upstream: &Upstream, path: &str) -> std::io::Result<Response> {
    Client::connect(upstream.port()).await.try_send(&Request::get(path)).await
}

#[tokio::test]
async fn answers_over_http1() {
    let upstream = Upstream::start().await;
    assert_eq!(get(&upstream, "/anything?x").await.unwrap().text(), "ok\n");
    assert_eq!(get(&upstream, "/status/503?x").await.unwrap().status, 503);

    let begin = Instant::now();
    assert_eq!(get(&upstream, "/slow/120").await.unwrap().status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(120));

    let echo = get(&upstream, "/echo").await.unwrap().text();
    let echo: Value = serde_json::from_str(&echo).unwrap();
    assert_eq!(echo, json!([["host", "spanmesh.test"]]));

    let request = Request::get("/trailers").header("te", "trailers");
    let response = Client::connect(upstream.port()).await.send(&request).await;
    assert_eq!(response.trailers, [("x-trailer".to_owned(), b"end".to_vec())]);
    assert_eq!(response.text(), "before the trailer\n");

    let request = Request::get("/").header("x-upstream", "/status/418");
    assert_eq!(Client::connect(upstream.port()).await.send(&request).await.status, 418);
}

#[tokio::test]
async fn answers_carry_what_the_request_asks_for() {
    let upstream = Upstream::start().await;
    let request = Request::get("/status/404")
        .header("te", "trailers")
        .header("x-upstream-header", "server-timing: a;dur=1")
        .header("x-upstream-header", *b"x-odd:\xff")
        .header("x-upstream-header", "server-timing: b;dur=2")
        .header("x-upstream-trailer", "x-end: 1: 2");
    let response = Client::connect(upstream.port()).await.send(&request).await;
    assert_eq!(response.status, 404);
    assert_eq!(response.header_values("server-timing"), ["a;dur=1", "b;dur=2"]);
    assert_eq!(response.header("x-odd"), Some(&[0xff][..]));
    assert_eq!(response.trailers, [("x-end".to_owned(), b"1: 2".to_vec())]);

    // A gRPC answer keeps its own trailers.
    let wishes: [(&str, &[u8]); 2] =
        [("x-upstream-header", b"x-trace-id: 1"), ("x-upstream-trailer", b"x-end: 1")];
    let request = grpc_request("shop.example", "/shop.Cart/Get", &wishes);
    let response = H2Client::connect(upstream.port()).await.send(request).await.unwrap();
    assert_eq!(response.headers["x-trace-id"], "1");
    let trailers = response.trailers.unwrap();
    assert_eq!(
        (&trailers["grpc-status"], &trailers["x-end"]),
        (&"0".parse().unwrap(), &"1".parse().unwrap())
    );
}

#[tokio::test]
async fn an_application_can_echo_the_fields_of_a_request() {
    let upstream = Upstream::start().await;
    let wishes: [(&str, &[u8]); 4] = [
        ("x-upstream-echo", b"headers"),
        ("x-upstream-echo", b"trailers"),
        ("traceparent", b"00-"),
        ("baggage", b"a=1"),
    ];
    let request = grpc_request("shop.example", "/shop.Cart/Get", &wishes);
    let response = H2Client::connect(upstream.port()).await.send(request).await.unwrap();
    let trailers = response.trailers.unwrap();
    for part in [&response.headers, &trailers] {
        assert_eq!(
            (&part["traceparent"], &part["baggage"]),
            (&"00-".parse().unwrap(), &"a=1".parse().unwrap())
        );
        assert!(!part.contains_key("x-upstream-echo") && !part.contains_key("te"), "{part:?}");
    }
    assert_eq!(trailers["grpc-status"], "0");
}

#[tokio::test]
async fn failures_over_http1() {
    let upstream = Upstream::start().await;
    let mut client = Client::connect(upstream.port()).await;
    let hang = timeout(SECONDS / 5, client.try_send(&Request::get("/hang"))).await;
    assert!(hang.is_err(), "{hang:?}");
    assert_eq!(get(&upstream, "/reset").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(get(&upstream, "/reset-stream").await.unwrap_err().kind(), ErrorKind::UnexpectedEof);

    let mut client = Client::connect(upstream.port()).await;
    let error = client.try_send(&Request::get("/reset-mid-body")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(upstream.requests().len(), 4);
}

#[tokio::test]
async fn http2_answers_and_failures() {
    let upstream = Upstream::start().await;
    let mut client = H2Client::connect(upstream.port()).await;
    let doubled: [(&str, &[u8]); 2] = [("tracestate", b"a=1"), ("tracestate", b"b=2")];
    let response = client.get("shop.example", "/trailers", &doubled).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (200, &b"before the trailer\n"[..]));
    assert_eq!(response.trailers.unwrap()["x-trailer"], "end");

    let received = &upstream.requests()[0];
    assert_eq!(received.authority, "shop.example");
    assert_eq!(received.header_values("tracestate"), ["a=1", "b=2"]);
    assert_eq!(received.version, http::Version::HTTP_2);

    // The stream is reset, the connection lives on.
    client.get("shop.example", "/reset-stream", &[]).await.unwrap_err();
    assert_eq!(client.get("shop.example", "/", &[]).await.unwrap().status, 200);
    client.get("shop.example", "/reset", &[]).await.unwrap_err();
    client.get("shop.example", "/", &[]).await.unwrap_err();
}

#[tokio::test]
async fn grpc_answers() {
    let upstream = Upstream::start().await;
    let reply = grpc_call(upstream.port(), "/shop.Cart/Get", &[]).await;
    assert_eq!((reply.http_status, reply.grpc_status, reply.trailers_only), (200, Some(0), false));

    let wish: [(&str, &[u8]); 2] = [("x-grpc-status", b"5"), ("x-grpc-message", b"none")];
    let reply = grpc_call(upstream.port(), "/shop.Cart/Get", &wish).await;
    assert_eq!((reply.grpc_status, reply.grpc_message.as_deref()), (Some(5), Some("none")));
    assert!(!reply.trailers_only);

    let wish: [(&str, &[u8]); 2] = [("x-grpc-status", b"13"), ("x-grpc-trailers-only", b"1")];
    let reply = grpc_call(upstream.port(), "/shop.Cart/Get", &wish).await;
    assert_eq!((reply.grpc_status, reply.trailers_only), (Some(13), true));

    let request =
        grpc_request("shop.example", "/shop.Cart/Get", &[("x-upstream", b"/reset-stream")]);
    H2Client::connect(upstream.port()).await.send(request).await.unwrap_err();
    assert_eq!(upstream.requests()[3].body, [0; 5]);
}

#[tokio::test]
async fn the_header_copying_app_copies_and_calls() {
    let outbound = Upstream::start().await;
    let app = HeaderCopyingApp::start(outbound.port()).await;
    let calls = json!([
        {"url": "http://127.0.0.1:7777/callback/1.0", "arguments": [{"n": 1}]},
        {"url": "http://127.0.0.1:7777/callback/1.1", "arguments": []},
    ]);
    let request = Request::post("/test", calls.to_string())
        .header("traceparent", "00-1")
        .header("tracestate", [b'a', b'=', 0xff])
        .header("other", "x")
        .header("TraceParent", "00-2")
        .header("tracestate", "");
    let mut client = Client::connect(app.port()).await;
    assert_eq!(client.send(&request).await.status, 200);

    let received = outbound.requests();
    assert_eq!(received.len(), 2);
    assert_eq!((&*received[0].path, &*received[0].authority), ("/callback/1.0", "127.0.0.1:7777"));
    assert_eq!((&*received[0].body, &*received[1].body), (&b"[{\"n\":1}]"[..], &b"[]"[..]));
    assert_eq!(received[1].header_values("traceparent"), ["00-1", "00-2"]);
    assert!(received[1].headers.contains(&("tracestate".to_owned(), vec![b'a', b'=', 0xff])));
    assert_eq!(received[1].header_values("tracestate").len(), 2);
    assert_eq!(received[1].header("other"), None);

    assert_eq!(client.send(&Request::post("/test", "{}")).await.status, 500);
}
