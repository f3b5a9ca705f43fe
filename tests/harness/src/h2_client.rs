//! An HTTP/2 client with prior knowledge (h2c), and a gRPC call on top of it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No answer may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One HTTP/2 connection; clones share it.
#[derive(Clone, Debug)]
pub struct H2Client {
    sender: SendRequest<Full<Bytes>>,
}

/// An answer over HTTP/2.
#[derive(Clone, Debug)]
pub struct H2Response {
    /// The status code.
    pub status: u16,
    /// The response headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The trailers; `None` when the stream ended without any.
    pub trailers: Option<HeaderMap>,
}

/// What a gRPC call came back with.
#[derive(Clone, Debug)]
pub struct GrpcReply {
    /// The HTTP status.
    pub http_status: u16,
    /// `grpc-status`, from the trailers or, when there are none, from the headers.
    pub grpc_status: Option<u32>,
    /// `grpc-message`, from the same place.
    pub grpc_message: Option<String>,
    /// Whether the status came in the headers.
    pub trailers_only: bool,
    /// The response headers.
    pub headers: HeaderMap,
}

impl H2Client {
    /// Connects to `port` of 127.0.0.1.
    pub async fn connect(port: u16) -> H2Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).await;
        let stream =
            stream.unwrap_or_else(|error| panic!("cannot connect to port {port}: {error}"));
        stream.set_nodelay(true).expect("a connected socket takes this option");
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.max_header_list_size(1024 * 1024);
        let (sender, connection) =
            builder.handshake(TokioIo::new(stream)).await.expect("the HTTP/2 handshake works");
        // Its errors reach the requests on it.
        tokio::spawn(connection);
        H2Client { sender }
    }

    /// Sends a request without a body to `http://{authority}{path}`.
    pub async fn get(
        &mut self,
        authority: &str,
        path: &str,
        headers: &[(&str, &[u8])],
    ) -> Result<H2Response, hyper::Error> {
        self.send(request("GET", authority, path, headers, Bytes::new())).await
    }

    /// Sends any request; its URI must be absolute. Duplicate fields are sent as such.
    pub async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<H2Response, hyper::Error> {
        let answer = async {
            self.sender.ready().await?;
            let response = self.sender.send_request(request).await?;
            let (head, body) = response.into_parts();
            let body = body.collect().await?;
            Ok(H2Response {
                status: head.status.as_u16(),
                headers: head.headers,
                trailers: body.trailers().cloned(),
                body: body.to_bytes(),
            })
        };
        timeout(PATIENCE, answer).await.expect("the answer comes within 30 seconds")
    }
}

/// A request for [`H2Client::send`].
pub fn request(
    method: &str,
    authority: &str,
    path: &str,
    headers: &[(&str, &[u8])],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let uri = format!("http://{authority}{path}");
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a legal field name");
        let value = HeaderValue::from_bytes(value).expect("a field value that HTTP/2 allows");
        request = request.header(name, value);
    }
    request.body(Full::new(body.into())).expect("a legal request")
}

/// Calls `/pkg.Service/Method` on a fresh connection with one empty message.
/// Panics when the stream is reset; use [`H2Client::send`] with [`grpc_request`] for that.
pub async fn grpc_call(port: u16, path: &str, headers: &[(&str, &[u8])]) -> GrpcReply {
    let mut client = H2Client::connect(port).await;
    let response = client.send(grpc_request("shop.test", path, headers)).await;
    GrpcReply::from(response.unwrap_or_else(|error| panic!("no answer to {path}: {error:?}")))
}

/// The request of a gRPC call with one empty message.
pub fn grpc_request(
    authority: &str,
    path: &str,
    headers: &[(&str, &[u8])],
) -> Request<Full<Bytes>> {
    let mut all: Vec<(&str, &[u8])> = vec![("content-type", b"application/grpc")];
    all.push(("te", b"trailers"));
    all.extend_from_slice(headers);
    request("POST", authority, path, &all, Bytes::from_static(&[0; 5]))
}

impl From<H2Response> for GrpcReply {
    fn from(response: H2Response) -> GrpcReply {
        let trailers_only = response.trailers.is_none();
        let source = response.trailers.as_ref().unwrap_or(&response.headers);
        let text = |name| Some(source.get(name)?.to_str().ok()?.to_owned());
        GrpcReply {
            http_status: response.status,
            grpc_status: text("grpc-status").and_then(|status| status.parse().ok()),
            grpc_message: text("grpc-message"),
            trailers_only,
            headers: response.headers,
        }
    }
}
