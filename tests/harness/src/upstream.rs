//! The application behind Envoy: records what reaches it and behaves as the path says.
//!
//! | path | what happens |
//! |---|---|
//! | `/status/503` | that status |
//! | `/slow/250` | 200 after 250 ms |
//! | `/hang` | no answer |
//! | `/reset` | the TCP connection is reset before any answer |
//! | `/reset-mid-body` | headers and a part of the body, then the TCP connection is reset |
//! | `/reset-stream` | HTTP/2: RST_STREAM; HTTP/1: orderly close without an answer |
//! | `/echo` | the received fields as JSON, `[["name","value"],…]` |
//! | `/trailers` | a body followed by the trailer `x-trailer: end` |
//! | anything else | 200 `ok` |
//!
//! The field `x-upstream: /hang` overrides the path. A request with the content type
//! `application/grpc` gets a gRPC answer, see [`grpc`], unless `x-upstream` says otherwise.
//!
//! Each field `x-upstream-header: name: value` adds a field to the answer, and each
//! `x-upstream-trailer: name: value` one behind its body. Over HTTP/1 trailers are sent only to
//! those who ask for them (`te: trailers`). `x-upstream-echo: headers` adds the request's own fields
//! to the answer, and `x-upstream-echo: trailers` behind its body.

mod additions;
mod behaviour;
pub mod grpc;
mod handler;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Version};

use crate::port::free_port;
use crate::record::Record;
use crate::server::Server;
use crate::wait::{self, SECONDS};

/// The application. It takes HTTP/1.1 and HTTP/2 (prior knowledge) on one port.
#[derive(Debug)]
pub struct Upstream {
    port: u16,
    requests: Arc<Record<RecordedRequest>>,
    server: Server,
}

/// A request as the application saw it.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// HTTP/1.1 or HTTP/2.
    pub version: Version,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// `:authority` or `host`.
    pub authority: String,
    /// The fields, names in lower case and values byte for byte. Equal names stay apart and in
    /// order; they stand where the first of them stood.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, as far as it came.
    pub body: Vec<u8>,
    /// Whether the client sent the whole body.
    pub complete: bool,
}

impl Upstream {
    /// Starts on a free port.
    pub async fn start() -> Upstream {
        Upstream::start_on(free_port()).await
    }

    /// Starts on this port.
    pub async fn start_on(port: u16) -> Upstream {
        let requests = Arc::new(Record::default());
        let log = Arc::clone(&requests);
        let server = Server::start(port, move |request, connection| {
            handler::handle(Arc::clone(&log), request, connection)
        });
        Upstream { port, requests, server: server.await }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.requests.all()
    }

    /// How many requests came so far.
    pub fn request_count(&self) -> usize {
        self.requests.look(<[_]>::len)
    }

    /// Waits until at least `count` requests came (5 seconds at most) and gives all of them.
    pub async fn wait_for_requests(&self, count: usize) -> Vec<RecordedRequest> {
        self.wait_for_requests_within(count, 5 * SECONDS).await
    }

    /// As [`Upstream::wait_for_requests`], with another limit.
    pub async fn wait_for_requests_within(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Vec<RecordedRequest> {
        let enough = || (self.request_count() >= count).then(|| self.requests());
        let Some(requests) = wait::until(timeout, enough).await else {
            panic!("no {count} requests within {timeout:?}, but {:#?}", self.requests());
        };
        requests
    }

    /// Forgets every request so far.
    pub fn clear(&self) {
        self.requests.clear();
    }

    /// Closes the port and every connection.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl RecordedRequest {
    /// The first field of this name (lower case), as text.
    pub fn header(&self, name: &str) -> Option<String> {
        self.header_values(name).into_iter().next()
    }

    /// All fields of this name (lower case), in order, as text.
    pub fn header_values(&self, name: &str) -> Vec<String> {
        let equal = self.headers.iter().filter(|(field, _)| field == name);
        equal.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).collect()
    }
}

/// All fields of a header map, byte for byte.
pub(crate) fn ordered(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let pair = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.as_str().to_owned(), value.as_bytes().to_vec())
    };
    headers.iter().map(pair).collect()
}
