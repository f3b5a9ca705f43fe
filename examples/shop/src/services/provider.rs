//! The payment provider: another company's service on the internet. It has no Envoy, so it adds
//! no span; the call to it is the last span of the trace.

use std::time::Duration;

use http::StatusCode;
use tokio::time::sleep;

use super::query;
use super::server::{Answer, Request};

/// How long a charge takes.
const CHARGE: Duration = Duration::from_millis(25);

/// `POST /v1/charges?order=…&bank=…`. The bank `closed` is: 503.
pub async fn answer(request: &Request) -> Answer {
    if request.path != "/v1/charges" {
        return Answer::not_found();
    }
    sleep(CHARGE).await;
    match query::value(&request.query, "bank") {
        Some("closed") => {
            let body = "the bank is closed".to_owned();
            Answer { status: StatusCode::SERVICE_UNAVAILABLE, body }
        }
        _ => Answer::ok("charged"),
    }
}
