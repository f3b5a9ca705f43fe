//! The inventory: what is in stock, and reservations of it.

use std::time::Duration;

use tokio::time::sleep;

use super::query;
use super::server::{Answer, Request};

/// How long the warehouse takes to answer.
const USUAL_DELAY: Duration = Duration::from_millis(12);

/// How long it takes for the one thing that it must search for: `item=piano`.
pub const SLOW_DELAY: Duration = Duration::from_millis(800);

/// `GET /stock` and `POST /reservations?item=…`.
pub async fn answer(request: &Request) -> Answer {
    match request.path.as_str() {
        "/stock" => {
            sleep(USUAL_DELAY).await;
            Answer::ok("tent lantern kettle piano")
        }
        "/reservations" => {
            let item = query::value(&request.query, "item").unwrap_or_default();
            sleep(if item == "piano" { SLOW_DELAY } else { USUAL_DELAY }).await;
            Answer::ok(format!("reserved: {item}"))
        }
        _ => Answer::not_found(),
    }
}
