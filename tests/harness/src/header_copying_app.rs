//! The application of the W3C harness protocol between the two listeners of a sidecar.
//!
//! It receives a JSON array `[{"url": …, "arguments": …}]`. For each item it sends `arguments`
//! as JSON to the outbound listener, with path and host of `url` and with every `traceparent`
//! and `tracestate` field it received, or those of other names that it was told, byte for byte and
//! duplicates apart. Then it answers 200,
//! whatever its calls were answered, and with nothing of those answers. Its own path can ask for
//! another answer:
//!
//! | path | what happens |
//! |---|---|
//! | `/status/503` | that status, after the calls |
//! | `/slow/250` | 250 ms of sleep before the calls |
//! | any, with the query `?h=x-order-total:1500&h=…` | an answer with these fields, as written |

mod wish;

use std::io;

use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::sleep;

use self::wish::Wish;
use crate::client::{self, Client};
use crate::port::free_port;
use crate::server::{Handled, Server, full};

/// Names of the fields that an application copies.
pub type Copied = &'static [&'static str];

/// What it copies at first: the fields of W3C Trace Context.
pub const TRACE_CONTEXT: Copied = &["traceparent", "tracestate"];

/// An application that only copies trace headers.
#[derive(Debug)]
pub struct HeaderCopyingApp {
    port: u16,
    server: Server,
}

impl HeaderCopyingApp {
    /// Starts on a free port; its calls go to port `outbound` of 127.0.0.1.
    pub async fn start(outbound: u16) -> HeaderCopyingApp {
        HeaderCopyingApp::start_copying(outbound, TRACE_CONTEXT).await
    }

    /// Starts on this port, for an Envoy that was told it before.
    pub async fn start_on(port: u16, outbound: u16) -> HeaderCopyingApp {
        HeaderCopyingApp::start_with(port, outbound, TRACE_CONTEXT).await
    }

    /// As [`HeaderCopyingApp::start`], copying the fields of these names (lower case) instead.
    pub async fn start_copying(outbound: u16, copied: Copied) -> HeaderCopyingApp {
        HeaderCopyingApp::start_with(free_port(), outbound, copied).await
    }

    async fn start_with(port: u16, outbound: u16, copied: Copied) -> HeaderCopyingApp {
        let server = Server::start(port, move |request, _| handle(request, outbound, copied)).await;
        HeaderCopyingApp { port, server }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Closes the port and every connection.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

async fn handle(request: Request<Incoming>, outbound: u16, copied: Copied) -> Handled {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let wish = Wish::of(&head.uri);
    sleep(wish.delay).await;
    let outcome = match serde_json::from_slice::<Vec<Value>>(&body) {
        Ok(calls) => call_all(&calls, &head.headers, outbound, copied).await,
        Err(error) => Err(format!("the body is no JSON array: {error}")),
    };
    Ok(match outcome {
        Ok(()) => wish.answer(),
        Err(problem) => {
            Response::builder().status(500).body(full(problem)).expect("a legal answer")
        }
    })
}

async fn call_all(
    calls: &[Value],
    headers: &HeaderMap,
    outbound: u16,
    copied: Copied,
) -> Result<(), String> {
    for call in calls {
        let url = call["url"].as_str().ok_or("an item has no url")?;
        let rest = url.strip_prefix("http://").ok_or_else(|| format!("not http: {url}"))?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = if path.is_empty() { "/" } else { path };
        let request = client::Request::post(path, call["arguments"].to_string())
            .host(host)
            .header("content-type", "application/json")
            .headers(fields(headers, copied));
        let mut client = Client::try_connect(outbound).await.map_err(|error| error.to_string())?;
        client.try_send(&request).await.map_err(|error| format!("{url}: {error}"))?;
    }
    Ok(())
}

fn fields(headers: &HeaderMap, copied: Copied) -> impl Iterator<Item = (String, Vec<u8>)> {
    copied.iter().flat_map(|name| {
        let values = headers.get_all(*name).into_iter();
        values.map(|value| ((*name).to_owned(), value.as_bytes().to_vec()))
    })
}
