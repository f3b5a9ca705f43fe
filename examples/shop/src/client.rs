//! One HTTP/1.1 request on a connection of its own.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an exchange may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Asks `address` for `target` of `authority` and returns the status and the body.
///
/// # Errors
///
/// If there is no complete answer.
pub async fn exchange(
    address: SocketAddr,
    method: Method,
    authority: &str,
    target: &str,
    headers: HeaderMap,
) -> io::Result<(StatusCode, String)> {
    let mut request = http::Request::builder()
        .method(method)
        .uri(target)
        .body(Empty::<Bytes>::new())
        .map_err(io::Error::other)?;
    *request.headers_mut() = headers;
    let authority = HeaderValue::from_str(authority).map_err(io::Error::other)?;
    request.headers_mut().insert(HOST, authority);

    timeout(TIMEOUT, async {
        let stream = TcpStream::connect(address).await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(io::Error::other)?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).trim_end().to_owned()))
    })
    .await?
}
