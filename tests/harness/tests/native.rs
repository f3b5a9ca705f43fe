//! Real spans of a real Envoy: those of its own OpenTelemetry tracer.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use spanmesh_harness::{
    Answer, Client, Collector, Envoy, EnvoyConfig, Request, SECONDS, Upstream, grpc_call,
};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// An Envoy that traces by itself, on port 15006.
pub fn config() -> EnvoyConfig {
    EnvoyConfig::from_text(include_str!("native.yaml"))
}

async fn start(application: &Upstream, collector: &Collector) -> Envoy {
    let config = config().map_port(8080, application.port()).map_port(4318, collector.port());
    Envoy::builder(config).start().await
}

#[tokio::test]
async fn a_span_arrives_decoded() {
    let (application, collector) =
        (Upstream::start().await, Collector::start_unchecked("spans of the test's own").await);
    let envoy = start(&application, &collector).await;

    let mut client = Client::connect(envoy.port(15006)).await;
    let request = Request::get("/status/404").host("shop.example").header("traceparent", PARENT);
    assert_eq!(client.send(&request).await.status, 404);

    let spans = collector.wait_for_spans(1, 10 * SECONDS).await;
    assert_eq!(spans.len(), 1);
    let span = &spans[0];
    assert_eq!(span.trace_id(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span.parent_span_id(), "b7ad6b7169203331");
    assert_eq!(span.span_id().len(), 16);
    assert_ne!(span.span_id(), span.parent_span_id());
    assert_eq!(span.kind(), SpanKind::Server);
    assert_eq!(span.service(), "native");
    assert_eq!(span.str_attr("http.status_code").as_deref(), Some("404"));
    assert_eq!(span.attr("no.such"), None);
    assert!(span.duration() > std::time::Duration::ZERO);

    let export = &collector.requests()[0];
    assert_eq!(export.header("content-type").as_deref(), Some("application/x-protobuf"));
    assert!(export.accepted() && export.body_length > 100, "{export}");

    let received = &application.wait_for_requests(1).await[0];
    assert_eq!(received.authority, "shop.example");
    let forwarded = received.header_values("traceparent");
    assert_eq!(forwarded, [format!("00-{}-{}-01", span.trace_id(), span.span_id())]);
}

#[tokio::test]
async fn spans_of_refused_requests_do_not_count() {
    let (application, collector) =
        (Upstream::start().await, Collector::start_unchecked("spans of the test's own").await);
    let envoy = start(&application, &collector).await;
    collector.script([
        Answer::Status(503),
        Answer::ResetConnection,
        Answer::delayed(2 * SECONDS, Answer::Accept),
    ]);

    let mut client = Client::connect(envoy.port(15006)).await;
    for number in 1..=4 {
        client.send(&Request::get("/")).await;
        collector.wait_for_requests(number, 10 * SECONDS).await;
    }
    let spans = collector.wait_for_spans(1, 10 * SECONDS).await;
    assert_eq!(collector.script_left(), 0);
    let requests = collector.requests();
    let accepted: Vec<bool> = requests.iter().map(|request| request.accepted()).collect();
    // Envoy waits half a second for the third answer.
    assert_eq!(accepted, [false, false, false, true]);
    assert_eq!(spans, collector.requests()[3].spans());
}

#[tokio::test]
async fn grpc_passes_through_both_ways() {
    let (application, collector) =
        (Upstream::start().await, Collector::start_unchecked("spans of the test's own").await);
    let config = config().map_port(8080, application.port()).http2_cluster("application");
    let envoy = Envoy::builder(config.map_port(4318, collector.port())).start().await;
    let port = envoy.port(15006);

    let reply = grpc_call(port, "/shop.Cart/Get", &[("x-grpc-status", b"5")]).await;
    assert_eq!((reply.http_status, reply.grpc_status), (200, Some(5)));
    assert!(!reply.trailers_only);

    let wish: [(&str, &[u8]); 2] = [("x-grpc-status", b"14"), ("x-grpc-trailers-only", b"1")];
    let reply = grpc_call(port, "/shop.Cart/Get", &wish).await;
    assert_eq!((reply.http_status, reply.grpc_status), (200, Some(14)));
    assert!(reply.trailers_only);

    let spans = collector.wait_for_spans(2, 10 * SECONDS).await;
    let statuses: Vec<_> = spans.iter().map(|span| span.str_attr("grpc.status_code")).collect();
    assert_eq!(statuses, [Some("5".to_owned()), Some("14".to_owned())]);
}

#[tokio::test]
async fn hostile_fields_reach_the_application_unchanged() {
    let application = Upstream::start().await;
    let config = config().map_port(8080, application.port());
    let envoy = Envoy::builder(config).start().await;
    let long = vec![b'x'; 60_000];
    let request = Request::get("/")
        .header("x-binary", [0x80, 0xc3, 0x28, 0xff])
        .header("x-long", long.clone())
        .header("x-twice", "a=1")
        .header("x-twice", "b=2");
    let mut client = Client::connect(envoy.port(15006)).await;
    assert_eq!(client.send(&request).await.status, 200);

    let received = &application.wait_for_requests(1).await[0];
    for (name, value) in [("x-binary", vec![0x80, 0xc3, 0x28, 0xff]), ("x-long", long)] {
        assert!(received.headers.contains(&(name.to_owned(), value)), "{name}");
    }
    assert_eq!(received.header_values("x-twice"), ["a=1", "b=2"]);
}

#[tokio::test]
async fn a_megabyte_passes_where_envoy_allows_it() {
    let application = Upstream::start().await;
    const LIMIT: &str = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/\
        max_request_headers_kb";
    for (limit, status) in [(200, 431), (4096, 200)] {
        let config = config().map_port(8080, application.port()).set(LIMIT, limit);
        let envoy = Envoy::builder(config).start().await;
        let request = Request::get("/").header("x-long", vec![b'x'; 1024 * 1024]);
        let mut client = Client::connect(envoy.port(15006)).await;
        assert_eq!(client.send(&request).await.status, status, "{limit} KB");
    }
    let received = &application.requests()[0];
    assert_eq!(received.header("x-long").unwrap().len(), 1024 * 1024);
}

#[tokio::test]
async fn fields_of_an_answer_reach_the_client_unchanged() {
    let application = Upstream::start().await;
    let envoy = Envoy::builder(config().map_port(8080, application.port())).start().await;
    let request = Request::get("/")
        .header("x-upstream-header", "server-timing: a;dur=1")
        .header("x-upstream-header", *b"x-odd: \x80\xff")
        .header("x-upstream-header", "server-timing: b;dur=2");
    let response = Client::connect(envoy.port(15006)).await.send(&request).await;
    assert_eq!(response.header_values("server-timing"), ["a;dur=1", "b;dur=2"]);
    assert_eq!(response.header("x-odd"), Some(&b"\x80\xff"[..]));
}
