//! Each answer of the collector, as an exporter sees it.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use spanmesh_harness::{Answer, Client, Collector, H2Client, Request, Response, SECONDS};
use tokio::time::timeout;

fn export(name: &str) -> Request {
    let span = Span { name: name.to_owned(), span_id: vec![1; 8], ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    let body = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
    Request::post("/v1/traces", body).header("content-type", "application/x-protobuf")
}

async fn answer_to(collector: &Collector, answer: Answer) -> Response {
    collector.script([answer]);
    Client::connect(collector.port()).await.send(&export("a")).await
}

fn decoded(response: &Response) -> ExportTraceServiceResponse {
    ExportTraceServiceResponse::decode(&response.body[..]).unwrap()
}

#[tokio::test]
async fn success_comes_in_three_forms() {
    let collector = Collector::start_unchecked("spans of the test's own").await;

    let response = answer_to(&collector, Answer::Accept).await;
    assert_eq!((response.status, response.body.as_slice()), (200, &[0x0a, 0x00][..]));

    let response = answer_to(&collector, Answer::AcceptEmptyBody).await;
    assert_eq!((response.status, response.body.len()), (200, 0));

    let partial = Answer::PartialSuccess { rejected: 3, message: "no room".to_owned() };
    let response = answer_to(&collector, partial).await;
    let partial = decoded(&response).partial_success.unwrap();
    assert_eq!((partial.rejected_spans, &*partial.error_message), (3, "no room"));

    assert_eq!(collector.spans().len(), 3);
    assert_eq!(collector.spans()[0].name(), "a");
}

#[tokio::test]
async fn refusals_come_as_asked_and_accept_nothing() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    assert_eq!(answer_to(&collector, Answer::Status(503)).await.status, 503);

    let response = answer_to(&collector, Answer::retry_after(429, "7")).await;
    assert_eq!((response.status, response.header("retry-after")), (429, Some(&b"7"[..])));

    let response = answer_to(&collector, Answer::Garbage).await;
    assert_eq!(response.status, 200);
    ExportTraceServiceResponse::decode(&response.body[..]).unwrap_err();

    collector.set_default(Answer::Status(500));
    for _ in 0..2 {
        let mut client = Client::connect(collector.port()).await;
        assert_eq!(client.send(&export("a")).await.status, 500);
    }
    assert_eq!(collector.requests().len(), 5);
    assert_eq!(collector.spans(), []);
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    collector.script([Answer::ResetConnection]);
    let mut client = Client::connect(collector.port()).await;
    let error = client.try_send(&export("a")).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(collector.requests().len(), 1);
}

#[tokio::test]
async fn silence_lasts_and_delays_end() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    collector.script([Answer::Hang]);
    let mut client = Client::connect(collector.port()).await;
    let silence = timeout(Duration::from_millis(200), client.try_send(&export("a"))).await;
    assert!(silence.is_err(), "{silence:?}");

    let delay = Duration::from_millis(150);
    let begin = Instant::now();
    let response = answer_to(&collector, Answer::delayed(delay, Answer::Status(503))).await;
    assert_eq!(response.status, 503);
    assert!(begin.elapsed() >= delay);
}

#[tokio::test]
async fn an_answer_that_came_too_late_accepts_nothing() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let delay = Duration::from_millis(200);
    collector.script([Answer::delayed(delay, Answer::Accept)]);
    let mut client = Client::connect(collector.port()).await;
    let _ = timeout(delay / 4, client.try_send(&export("a"))).await;
    drop(client);
    tokio::time::sleep(delay * 2).await;
    assert_eq!(collector.requests().len(), 1);
    assert_eq!(collector.spans(), []);
}

#[tokio::test]
async fn wrong_requests_get_what_any_collector_says() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let typed = |request: Request| request.header("content-type", "application/x-protobuf");
    let rows = [
        (404, typed(Request::post("/v1/logs", ""))),
        (405, typed(Request::get("/v1/traces"))),
        (415, Request::post("/v1/traces", "").header("content-type", "text/plain")),
        (400, typed(Request::post("/v1/traces", [0x0a, 0x7f]))),
    ];
    let mut client = Client::connect(collector.port()).await;
    for (status, request) in rows {
        assert_eq!(client.send(&request).await.status, status, "{request}");
    }
    collector.set_path("/otlp");
    assert_eq!(client.send(&export("a")).await.status, 404);
    assert_eq!(collector.spans(), []);
}

#[tokio::test]
async fn http2_is_understood_too() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let body = export("h2").to_bytes();
    let body =
        body.windows(4).position(|window| window == b"\r\n\r\n").map(|at| body[at + 4..].to_vec());
    let kind: [(&str, &[u8]); 1] = [("content-type", b"application/x-protobuf")];
    let request =
        spanmesh_harness::h2_client::request("POST", "c", "/v1/traces", &kind, body.unwrap());
    let mut client = H2Client::connect(collector.port()).await;
    assert_eq!(client.send(request).await.unwrap().status, 200);
    assert_eq!(collector.spans()[0].name(), "h2");
    assert_eq!(collector.requests()[0].version, http::Version::HTTP_2);
}

#[tokio::test]
async fn it_goes_away_and_comes_back() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    let mut client = Client::connect(collector.port()).await;
    assert_eq!(client.send(&export("before")).await.status, 200);

    collector.stop().await;
    client.try_send(&export("lost")).await.unwrap_err();
    Client::try_connect(collector.port()).await.unwrap_err();

    collector.restart().await;
    let mut client = Client::connect(collector.port()).await;
    assert_eq!(client.send(&export("after")).await.status, 200);
    let spans = collector.wait_for_spans(2, SECONDS).await;
    let names: Vec<&str> = spans.iter().map(|span| span.name()).collect();
    assert_eq!(names, ["before", "after"]);
}

#[tokio::test]
#[should_panic(expected = "no 2 spans within")]
async fn waiting_in_vain_says_what_came() {
    let collector = Collector::start_unchecked("spans of the test's own").await;
    Client::connect(collector.port()).await.send(&export("only")).await;
    collector.wait_for_spans(2, Duration::from_millis(50)).await;
}
