//! Carts: what customers chose.

use std::time::Duration;

use tokio::time::sleep;

use super::server::{Answer, Request};

/// How long it takes to look a cart up.
const LOOKUP: Duration = Duration::from_millis(6);

/// `GET /carts/{order}`.
pub async fn answer(request: &Request) -> Answer {
    let Some(order) = request.path.strip_prefix("/carts/") else { return Answer::not_found() };
    sleep(LOOKUP).await;
    Answer::ok(format!("cart of order {order}: 1 item"))
}
