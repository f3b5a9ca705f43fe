//! What a client asks Jaeger.

use std::fmt::Write;
use std::io;

use super::listeners::{ADMIN, Listeners, OTLP_GRPC, OTLP_HTTP, QUERY, SAMPLING};
use crate::client::{Client, Request, Response};

/// For the strategies of a service.
pub(super) async fn strategies_of(port: u16, service: &str) -> io::Result<Response> {
    get(port, &format!("/sampling?service={}", escaped(service))).await
}

/// Whether it is healthy and everything that a test uses answers.
pub(super) async fn is_ready(listeners: &Listeners) -> io::Result<bool> {
    Client::try_connect(listeners.port(OTLP_HTTP)).await?;
    Client::try_connect(listeners.port(OTLP_GRPC)).await?;
    let answers = [
        get(listeners.port(ADMIN), "/").await?,
        get(listeners.port(QUERY), "/api/services").await?,
        strategies_of(listeners.port(SAMPLING), "any").await?,
    ];
    Ok(answers.iter().all(|answer| answer.status == 200))
}

async fn get(port: u16, target: &str) -> io::Result<Response> {
    Client::try_connect(port).await?.try_send(&Request::get(target)).await
}

/// A text as it may stand in a query.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("a string takes all");
        }
    }
    escaped
}
