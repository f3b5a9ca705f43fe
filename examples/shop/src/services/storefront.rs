//! The storefront: what customers see.

use http::Method;

use super::mesh::Mesh;
use super::query;
use super::server::{Answer, Request};

/// `GET /health`, `GET /products`, `POST /checkout?order=…&item=…&bank=…`.
pub async fn answer(request: &Request, mesh: &Mesh) -> Answer {
    match (&request.method, request.path.as_str()) {
        (&Method::GET, "/health") => Answer::ok("ok"),
        (&Method::GET, "/products") => mesh.call(Method::GET, "inventory.shop", "/stock").await,
        (&Method::POST, "/checkout") => {
            let of = |name| query::value(&request.query, name).unwrap_or_default();
            let target = format!("/orders/{}?item={}&bank={}", of("order"), of("item"), of("bank"));
            mesh.call(Method::POST, "checkout.shop", &target).await
        }
        _ => Answer::not_found(),
    }
}
