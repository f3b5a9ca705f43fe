//! Payments: charges customers through a provider outside the mesh.

use http::Method;

use super::mesh::Mesh;
use super::server::{Answer, Request};

/// `POST /charges?order=…&bank=…`.
pub async fn answer(request: &Request, mesh: &Mesh) -> Answer {
    if request.path != "/charges" {
        return Answer::not_found();
    }
    let target = format!("/v1/charges?{}", request.query);
    let charge = mesh.call(Method::POST, "provider.example", &target).await;
    if charge.is_success() {
        Answer::ok("paid")
    } else {
        Answer::bad_gateway(format!("no payment: {}", charge.body))
    }
}
