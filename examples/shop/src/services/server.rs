//! The HTTP/1.1 server that every service runs on.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::Service;
use super::mesh::Mesh;

/// A request as the services see it.
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, empty if there is none.
    pub query: String,
}

/// What a service answers.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body, one line of text.
    pub body: String,
}

/// Serves `service` on `listen`, its calls going to the outbound listener at `outbound`, until
/// the process ends.
///
/// # Errors
///
/// If `listen` cannot be bound.
pub async fn run(service: Service, listen: u16, outbound: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, listen)).await?;
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(async move {
            let handler = service_fn(move |request| respond(service, outbound, request));
            // A peer that breaks off its connection is no concern of the service.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), handler).await;
        });
    }
}

/// Answers one request of the wire.
async fn respond(
    service: Service,
    outbound: SocketAddr,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (head, _body) = request.into_parts();
    let mesh = Mesh::on_behalf_of(outbound, &head.headers);
    let request = Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
    };
    let answer = service.answer(&request, &mesh).await;
    let mut response = http::Response::new(Full::from(answer.body + "\n"));
    *response.status_mut() = answer.status;
    Ok(response)
}

// === impl Answer ===

impl Answer {
    /// 200 with `body`.
    pub fn ok(body: impl Into<String>) -> Self {
        Self { status: StatusCode::OK, body: body.into() }
    }

    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// 404.
    pub fn not_found() -> Self {
        Self { status: StatusCode::NOT_FOUND, body: "no such page".to_owned() }
    }

    /// 502: another service failed, and `why`.
    pub fn bad_gateway(why: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_GATEWAY, body: why.into() }
    }
}
