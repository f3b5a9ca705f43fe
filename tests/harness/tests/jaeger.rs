//! Jaeger: the strategies that it serves, its absence, and what it stores.

use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Client, Jaeger, Request, SECONDS};

use crate::otlp;

fn strategies(rate: f64) -> Value {
    json!({
        "service_strategies": [
            {"service": "cart", "type": "ratelimiting", "param": 3},
            {"service": "check out & pay", "type": "probabilistic", "param": 0.75},
        ],
        "default_strategy": {"type": "probabilistic", "param": rate},
    })
}

fn probabilistic(rate: f64) -> Value {
    json!({"strategyType": "PROBABILISTIC", "probabilisticSampling": {"samplingRate": rate}})
}

#[tokio::test]
async fn strategies_are_served_by_service_and_change() {
    let jaeger = Jaeger::start(&strategies(0.5)).await;
    let limited =
        json!({"strategyType": "RATE_LIMITING", "rateLimitingSampling": {"maxTracesPerSecond": 3}});
    assert_eq!(jaeger.strategies_of("cart").await, limited);
    assert_eq!(jaeger.strategies_of("check out & pay").await, probabilistic(0.75));
    assert_eq!(jaeger.strategies_of("any").await, probabilistic(0.5));

    jaeger.set_strategies(&strategies(0.25));
    let mut looks = Looks::within(5 * SECONDS);
    while looks.another().await {
        if jaeger.strategies_of("any").await == probabilistic(0.25) {
            return;
        }
    }
    panic!("the strategies did not change:\n{}", jaeger.log());
}

#[tokio::test]
async fn it_goes_away_and_comes_back_with_the_last_strategies() {
    let jaeger = Jaeger::start(&strategies(0.5)).await;
    jaeger.stop().await;
    Client::try_connect(jaeger.sampling_port()).await.unwrap_err();

    jaeger.set_strategies(&strategies(0.125));
    jaeger.restart().await;
    assert_eq!(jaeger.strategies_of("any").await, probabilistic(0.125));
    assert_eq!(jaeger.log().matches("git-version=").count(), 2, "{}", jaeger.log());
}

#[tokio::test]
async fn what_comes_over_otlp_is_found_by_the_query_api() {
    let jaeger = Jaeger::start(&strategies(1.0)).await;
    let mut application = Client::connect(jaeger.otlp_http_port()).await;
    let span = otlp::span(0xab, "GET /cart", StatusCode::Unset);
    assert_eq!(application.send(&otlp::export("cart", vec![span])).await.status, 200);

    let mut client = Client::connect(jaeger.query_port()).await;
    let trace = Request::get(&format!("/api/traces/{}", "ab".repeat(16)));
    let mut looks = Looks::within(5 * SECONDS);
    while looks.another().await {
        let answer = client.send(&trace).await;
        if answer.status == 200 {
            let found: Value = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(found["data"][0]["spans"][0]["operationName"], "GET /cart", "{found}");
            return;
        }
    }
    panic!("the trace was not found:\n{}", jaeger.log());
}

#[tokio::test]
#[should_panic(expected = "Jaeger did not start")]
async fn a_start_that_fails_says_why() {
    Jaeger::start(&json!("no strategies")).await;
}
