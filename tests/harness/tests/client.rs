//! The raw client against the upstream: bytes arrive as written.

use std::time::Duration;

use spanmesh_harness::{Client, Request, Upstream};

#[tokio::test]
async fn fields_arrive_byte_for_byte() {
    let upstream = Upstream::start().await;
    let long = vec![b'x'; 60_000];
    let request = Request::get("/?q=1")
        .host("shop.example")
        .header("tracestate", "a=1")
        .header("x-binary", [0x80, 0xff, 0xfe])
        .header("tracestate", "b=2")
        .header("x-long", long.clone());
    Client::connect(upstream.port()).await.send(&request).await;

    let received = &upstream.requests()[0];
    let field = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
    let expected = [
        field("host", b"shop.example"),
        field("tracestate", b"a=1"),
        field("tracestate", b"b=2"),
        field("x-binary", b"\x80\xff\xfe"),
        field("x-long", &long),
    ];
    assert_eq!(received.headers, expected);
    assert_eq!((&*received.path, &*received.authority), ("/?q=1", "shop.example"));
}

#[tokio::test]
async fn a_megabyte_arrives() {
    let upstream = Upstream::start().await;
    let long = vec![0xe4; 1024 * 1024];
    let request = Request::get("/").header("tracestate", long.clone()).header("b3", long.clone());
    assert_eq!(Client::connect(upstream.port()).await.send(&request).await.status, 200);
    let received = &upstream.requests()[0].headers;
    for name in ["tracestate", "b3"] {
        assert!(received.contains(&(name.to_owned(), long.clone())), "{name}");
    }
}

#[tokio::test]
async fn a_connection_is_kept() {
    let upstream = Upstream::start().await;
    let mut client = Client::connect(upstream.port()).await;
    assert_eq!(client.send(&Request::get("/")).await.text(), "ok\n");
    assert_eq!(client.send(&Request::post("/status/201", "body")).await.status, 201);
    assert_eq!(client.send(&Request::new("HEAD", "/")).await.body, b"");
    assert_eq!(client.send(&Request::get("/")).await.text(), "ok\n");
    assert_eq!(upstream.requests()[1].body, b"body");
    assert!(upstream.requests()[1].complete);
}

#[tokio::test]
async fn a_client_can_leave_in_the_middle() {
    let upstream = Upstream::start().await;
    for reset in [false, true] {
        let mut client = Client::connect(upstream.port()).await;
        let begin = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf";
        client.send_raw(begin).await.unwrap();
        upstream.wait_for_requests(1).await;
        if reset {
            client.reset();
        } else {
            drop(client);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!upstream.requests()[0].complete);
        upstream.clear();
    }
}

#[tokio::test]
async fn bytes_that_are_no_request_get_an_answer() {
    let upstream = Upstream::start().await;
    let mut client = Client::connect(upstream.port()).await;
    client.send_raw(b"GET / HTTP/9.9\r\n\r\n").await.unwrap();
    assert_eq!(client.read_response().await.unwrap().status, 400);
}
