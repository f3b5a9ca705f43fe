//! Joining and starting traces, in both directions.

use serde_json::json;
use spanmesh_harness::{Client, Collector, Envoy, EnvoyConfig, Request, Upstream};

use crate::support::{INBOUND, OUTBOUND, PARENT_ID, SOON, Sidecar, TRACE_ID, sampled_parent};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

#[tokio::test]
async fn a_request_joins_its_callers_trace() {
    let sidecar = Sidecar::start(json!({})).await;
    let request = Request::get("/orders/7?page=2&sig=secret")
        .host("shop.example:8080")
        .header("traceparent", sampled_parent())
        .header("tracestate", "vendor=value")
        .header("user-agent", "test/1")
        .header("x-forwarded-for", "203.0.113.7");
    let (response, span) = sidecar.span_of(INBOUND, request).await;
    assert_eq!(response.status, 200);

    assert_eq!((span.trace_id(), span.parent_span_id()), (TRACE_ID.into(), PARENT_ID.into()));
    assert_eq!(
        (span.name(), span.kind(), span.status()),
        ("GET", SpanKind::Server, StatusCode::Unset)
    );
    assert_eq!(span.span.trace_state, "vendor=value");
    assert_eq!(span.span.flags, 0x301, "sampled; the parent is known to be remote");
    let texts = [
        ("http.request.method", "GET"),
        ("url.path", "/orders/7"),
        ("url.query", "page=2&sig=REDACTED"),
        ("url.scheme", "http"),
        ("server.address", "shop.example"),
        ("client.address", "203.0.113.7"),
        ("user_agent.original", "test/1"),
        ("network.protocol.version", "1.1"),
    ];
    for (key, expected) in texts {
        assert_eq!(span.str_attr(key).as_deref(), Some(expected), "{key}");
    }
    assert_eq!(span.int_attr("server.port"), Some(8080));
    assert_eq!(span.int_attr("http.response.status_code"), Some(200));
    assert_eq!(span.str_attr("error.type"), None);
    // Envoy took the forwarded client for the peer; the filter does not repeat that.
    assert_eq!(span.str_attr("network.peer.address"), None);

    let [seen] = &sidecar.application.requests()[..] else { panic!("one request arrives") };
    let expected = format!("00-{TRACE_ID}-{}-01", span.span_id());
    assert_eq!(seen.header_values("traceparent"), [expected], "one header, with the new span id");
    assert_eq!(seen.header_values("tracestate"), ["vendor=value"]);
    sidecar.settled(1).await.check();
}

#[tokio::test]
async fn a_request_without_a_caller_starts_a_random_sampled_trace() {
    let sidecar = Sidecar::start(json!({})).await;
    let request = || Request::get("/").host("shop.example").header("tracestate", "orphan=1");
    let (_, span) = sidecar.span_of(INBOUND, request()).await;
    assert_eq!(span.parent_span_id(), "");
    assert_eq!(span.span.flags, 0x103, "sampled and random; no parent");
    let (_, other) = sidecar.span_of(INBOUND, request()).await;
    assert!(span.trace_id() != other.trace_id() && span.span_id() != other.span_id());

    assert_eq!(span.str_attr("network.peer.address").as_deref(), Some("127.0.0.1"));
    assert_eq!(span.str_attr("client.address").as_deref(), Some("127.0.0.1"));
    assert!(span.int_attr("network.peer.port").is_some());

    let [seen, _] = &sidecar.application.requests()[..] else { panic!("two requests arrive") };
    let expected = format!("00-{}-{}-03", span.trace_id(), span.span_id());
    assert_eq!(seen.header_values("traceparent"), [expected]);
    assert_eq!(seen.header_values("tracestate"), [""; 0], "an orphan list is not sent on");
}

#[tokio::test]
async fn an_outbound_request_makes_a_client_span() {
    let sidecar = Sidecar::start(json!({})).await;
    let request =
        Request::get("/pay?id=1").host("payments.example").header("traceparent", sampled_parent());
    let (_, span) = sidecar.span_of(OUTBOUND, request).await;
    assert_eq!((span.kind(), span.parent_span_id()), (SpanKind::Client, PARENT_ID.into()));
    let url = "http://payments.example/pay?id=1";
    assert_eq!(span.str_attr("url.full").as_deref(), Some(url));
    assert_eq!(span.str_attr("server.address").as_deref(), Some("payments.example"));
    assert_eq!(span.int_attr("server.port"), Some(80), "the port that the scheme implies");
    assert_eq!(span.int_attr("network.peer.port"), Some(sidecar.upstream.port().into()));
    assert_eq!(span.str_attr("url.path"), None, "an attribute of SERVER spans");
    let [seen] = &sidecar.upstream.requests()[..] else { panic!("one request arrives") };
    let expected = format!("00-{TRACE_ID}-{}-01", span.span_id());
    assert_eq!(seen.header_values("traceparent"), [expected]);
}

#[tokio::test]
async fn the_configured_direction_wins_over_the_listeners() {
    let sidecar = Sidecar::start(json!({"direction": "outbound"})).await;
    let (_, span) = sidecar.span_of(INBOUND, Request::get("/").host("a.example")).await;
    assert_eq!(span.kind(), SpanKind::Client);
}

/// `envoy-config/gateway.yaml` as it stands: its listener has no direction.
#[tokio::test]
async fn a_gateway_serves() {
    let (collector, service) = (Collector::start().await, Upstream::start().await);
    let config = EnvoyConfig::from_file("envoy-config/gateway.yaml")
        .map_port(8080, service.port())
        .map_port(4318, collector.port());
    let envoy = Envoy::builder(config).start().await;
    let mut client = Client::connect(envoy.port(10_000)).await;
    let request = Request::get("/").host("a.example").header("x-forwarded-for", "203.0.113.7");
    assert_eq!(client.send(&request).await.status, 200);
    let span = collector.wait_for_spans(1, SOON).await.remove(0);
    assert_eq!((span.kind(), span.service().as_str()), (SpanKind::Server, "gateway"));
    assert_eq!(span.str_attr("network.peer.address").as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn every_request_of_a_connection_gets_its_own_span() {
    let sidecar = Sidecar::start(json!({})).await;
    let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
    for number in 0..50 {
        let request = Request::get(&format!("/{number}")).host("a.example");
        assert_eq!(client.send(&request).await.status, 200);
    }
    let spans = sidecar.collector.wait_for_spans(50, SOON).await;
    let ids: std::collections::HashSet<_> = spans.iter().map(|span| span.span_id()).collect();
    assert_eq!((spans.len(), ids.len()), (50, 50));
    for span in &spans {
        assert!(span.duration() < std::time::Duration::from_secs(10));
    }
}

#[tokio::test]
async fn http_2_is_told_by_its_version() {
    let sidecar = Sidecar::start(json!({})).await;
    let mut client = spanmesh_harness::H2Client::connect(sidecar.envoy.port(INBOUND)).await;
    let response = client.get("shop.example", "/h2", &[]).await.unwrap();
    assert_eq!(response.status, 200);
    let spans = sidecar.collector.wait_for_spans(1, SOON).await;
    assert_eq!(spans[0].str_attr("network.protocol.version").as_deref(), Some("2"));
}

/// HTTP/1.0 belongs to a request, while what follows on its connection may be newer.
#[tokio::test]
async fn http_1_0_does_not_stick_to_its_connection() {
    const OPTIONS: &str = "/filter_chains/0/filters/0/typed_config/http_protocol_options";
    let sidecar = Sidecar::start_with(json!({}), |config| {
        config.set_in_listener("inbound", OPTIONS, json!({"accept_http_10": true}))
    })
    .await;
    let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
    for (number, version) in ["1.0", "1.0", "1.1", "1.1"].iter().enumerate() {
        let request = format!(
            "GET /{number} HTTP/{version}\r\nhost: a.example\r\nconnection: keep-alive\r\n\r\n"
        );
        client.send_raw(request.as_bytes()).await.unwrap();
        assert_eq!(client.read_response().await.unwrap().status, 200);
    }
    let spans = sidecar.collector.wait_for_spans(4, SOON).await;
    let versions = spans.iter().map(|span| {
        (span.str_attr("url.path").unwrap(), span.str_attr("network.protocol.version").unwrap())
    });
    let mut versions: Vec<(String, String)> = versions.collect();
    versions.sort();
    let expected = [("/0", "1.0"), ("/1", "1.0"), ("/2", "1.1"), ("/3", "1.1")];
    let expected = expected.map(|(path, version)| (path.to_owned(), version.to_owned()));
    assert_eq!(versions, expected);
}
