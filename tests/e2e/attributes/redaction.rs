//! Secrets that never reach the collector, by every means that there is.

use serde_json::{Value, json};
use spanmesh_harness::{Request, grpc_call};

use super::{get, grpc_sidecar};
use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar};

/// Everything is captured, and everything is redacted.
fn everything() -> Value {
    json!({
        "attributes": {"request_headers": ["cookie", "x-api-key", "authorization", "x-note"],
            "response_headers": ["set-cookie", "x-note"], "baggage": ["*"]},
        "mask_ids": true,
        "redact": {
            "query": ["token", {"prefix": "secret_"}, {"suffix": "[cvc]"}, {"regex": "(?i)pass(word)?"}],
            "headers": ["cookie", "set-cookie", {"suffix": "-key"}, "user-agent"],
            "paths": ["/reset/{token}", {"regex": "ssn-[a-z0-9]+"}],
            "detectors": ["card_number", "email", "bearer_token"],
        },
    })
}

#[tokio::test]
async fn no_secret_reaches_the_collector() {
    let sidecar = Sidecar::start(everything()).await;
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyZXQifQ.czNjcmV0";
    let targets = [
        "/?token=s3cret&page=2",
        "/?secret_a=s3cret&card%5Bcvc%5D=s3cret&PASSWORD=s3cret&pass=s3cret",
        "/reset/s3cret",
        "/reset/s3cret/",
        "/a/ssn-s3cret/b",
        "/u/s3cret@example.com?mail=s3cret%40example.com",
        "/pay/4111111111111111?card=4111%201111%201111%201111&amex=3782-822463-10005",
        "/?sig=s3cret&X-Amz-Signature=s3cret",
    ];
    let requests = targets.into_iter().map(get).chain([
        get("/").header("cookie", "session=s3cret").header("x-api-key", "s3cret"),
        get("/").header("authorization", "Bearer s3cret").header("user-agent", "s3cret"),
        get("/").header("x-note", format!("use {jwt}, call s3cret@example.com")),
        get("/")
            .header("x-upstream-header", "set-cookie: s3cret")
            .header("x-upstream-header", "x-note: Bearer s3cret"),
        get("/").header("baggage", "mail=s3cret%40example.com,pay=4111-1111-1111-1111"),
        Request::get("/").host("me:s3cret@shop.example"),
        Request::get("/").host("shop.example").header("x-forwarded-for", "s3cret@example.com"),
    ]);
    let mut count = 0;
    for request in requests {
        for listener in [INBOUND, OUTBOUND] {
            let (response, span) = sidecar.span_of(listener, request.clone()).await;
            count += 1;
            assert_eq!(response.status, 200, "{request}");
            let shown = format!("{} {:?}", span.name(), span.span.attributes);
            for leak in ["s3cret", "411111", "1111-1111", "1111%20", "822463", "czNjcmV0"] {
                assert!(!shown.contains(leak), "{leak} of {request} on {listener}: {shown}");
            }
        }
    }
    sidecar.settled(count).await.check();
}

#[tokio::test]
async fn what_is_no_secret_stays() {
    let sidecar = Sidecar::start(everything()).await;
    let request = get("/reset/abc?token=1&page=2&order=4111111111111112")
        .header("x-note", "bob@localhost, forbearer x")
        .header("cookie", "a=1")
        .header("authorization", "Bearer abc");
    let (_, span) = sidecar.span_of(INBOUND, request.clone()).await;
    let expected = [
        ("url.path", "/reset/REDACTED"),
        ("url.query", "token=REDACTED&page=2&order=4111111111111112"),
        ("http.route", "/reset/REDACTED"),
    ];
    for (key, value) in expected {
        assert_eq!(span.str_attr(key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(span.name(), "GET /reset/REDACTED");
    let header = |name: &str| span.list_attr(&format!("http.request.header.{name}")).unwrap();
    assert_eq!(header("x-note"), ["bob@localhost, forbearer x"]);
    assert_eq!(header("cookie"), ["REDACTED"]);
    assert_eq!(header("authorization"), ["Bearer REDACTED"]);

    let (_, span) = sidecar.span_of(OUTBOUND, request).await;
    let url = "http://shop.example/reset/REDACTED?token=REDACTED&page=2&order=4111111111111112";
    assert_eq!(span.str_attr("url.full").as_deref(), Some(url));
    let seen = &sidecar.upstream.requests()[0];
    assert_eq!(seen.path, "/reset/abc?token=1&page=2&order=4111111111111112", "only spans change");
}

/// Without detectors nothing is guessed.
#[tokio::test]
async fn detectors_are_off_by_default() {
    let sidecar = Sidecar::start(json!({"attributes": {"request_headers": ["x-note"]}})).await;
    let note = "4111111111111111 bob@example.com Bearer abc";
    let (_, span) = sidecar.span_of(INBOUND, get("/bob@example.com").header("x-note", note)).await;
    assert_eq!(span.list_attr("http.request.header.x-note").unwrap(), [note]);
    assert_eq!(span.str_attr("url.path").as_deref(), Some("/bob@example.com"));
}

#[tokio::test]
async fn grpc_calls_have_no_secrets_either() {
    let sidecar = grpc_sidecar(everything()).await;
    let fields: [(&str, &[u8]); 3] = [
        ("x-api-key", b"s3cret"),
        ("x-upstream-header", b"set-cookie: s3cret"),
        ("authorization", b"bearer s3cret"),
    ];
    for path in ["/shop.Cart/Add", "/no/such/method?token=s3cret", "/reset/s3cret"] {
        sidecar.collector.clear();
        grpc_call(sidecar.envoy.port(INBOUND), path, &fields).await;
        let span = sidecar.collector.wait_for_spans(1, SOON).await.remove(0);
        let key = span.list_attr("rpc.request.metadata.x-api-key");
        assert_eq!(key, Some(vec!["REDACTED".to_owned()]), "{path}");
        assert!(!format!("{span:?}").contains("s3cret"), "{path}: {span:#?}");
    }
}
