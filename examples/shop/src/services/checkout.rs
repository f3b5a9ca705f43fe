//! Checkout: reads the cart, reserves the goods, takes the money, in this order.

use http::Method;

use super::mesh::Mesh;
use super::query;
use super::server::{Answer, Request};

/// `POST /orders/{order}?item=…&bank=…`.
pub async fn answer(request: &Request, mesh: &Mesh) -> Answer {
    let Some(order) = request.path.strip_prefix("/orders/") else { return Answer::not_found() };
    let of = |name| query::value(&request.query, name).unwrap_or_default();

    let steps = [
        (Method::GET, "cart.shop", format!("/carts/{order}")),
        (Method::POST, "inventory.shop", format!("/reservations?item={}", of("item"))),
        (Method::POST, "payments.shop", format!("/charges?order={order}&bank={}", of("bank"))),
    ];
    for (method, service, target) in steps {
        let done = mesh.call(method, service, &target).await;
        if !done.is_success() {
            return Answer::bad_gateway(format!("order {order} failed: {}", done.body));
        }
    }
    Answer::ok(format!("order {order} is on its way"))
}
