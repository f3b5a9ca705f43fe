//! Receives one request, records it and behaves.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use http_body_util::channel::Channel;
use hyper::body::Incoming;
use tokio::time::sleep;

use super::behaviour::Behaviour;
use super::{RecordedRequest, additions, grpc, ordered};
use crate::record::Record;
use crate::resettable::Connection;
use crate::server::{Body, Handled, full};

pub(super) async fn handle(
    requests: Arc<Record<RecordedRequest>>,
    request: Request<Incoming>,
    connection: Connection,
) -> Handled {
    let (head, mut incoming) = request.into_parts();
    let number = requests.push(recorded(&head));
    while let Some(frame) = incoming.frame().await {
        if let Some(data) = frame.map_err(io::Error::other)?.data_ref() {
            requests.update(number, |request| request.body.extend_from_slice(data));
        }
    }
    requests.update(number, |request| request.complete = true);

    let wish = head.headers.get("x-upstream").and_then(|path| path.to_str().ok());
    if wish.is_none() && grpc::is_grpc(&head.headers) {
        return Ok(additions::add(&head.headers, grpc::answer(&head.headers)));
    }
    let behaviour = Behaviour::of(wish.unwrap_or(head.uri.path()));
    let response = behave(behaviour, &head.headers, connection).await?;
    Ok(additions::add(&head.headers, response))
}

fn recorded(head: &Parts) -> RecordedRequest {
    let host = || head.headers.get("host").map(|host| String::from_utf8_lossy(host.as_bytes()));
    let authority = head.uri.authority().map(ToString::to_string);
    RecordedRequest {
        version: head.version,
        method: head.method.to_string(),
        path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        authority: authority.or_else(|| host().map(Into::into)).unwrap_or_default(),
        headers: ordered(&head.headers),
        body: Vec::new(),
        complete: false,
    }
}

async fn behave(behaviour: Behaviour, headers: &HeaderMap, connection: Connection) -> Handled {
    match behaviour {
        Behaviour::Ok => Ok(Response::new(full("ok\n"))),
        Behaviour::Status(status) => {
            let response = Response::builder().status(status).body(full(""));
            Ok(response.expect("the test asks for a legal status"))
        }
        Behaviour::Slow(delay) => {
            sleep(delay).await;
            Ok(Response::new(full("slow\n")))
        }
        Behaviour::Hang => pending().await,
        Behaviour::Reset => {
            connection.reset();
            pending().await
        }
        Behaviour::ResetMidBody => Ok(Response::new(cut_short(connection))),
        Behaviour::ResetStream => Err(io::Error::other("the test asked for it")),
        Behaviour::Echo => Ok(Response::new(full(echo(headers)))),
        Behaviour::Trailers => Ok(with_trailer()),
    }
}

/// A body that begins, and ends with a reset of the connection.
fn cut_short(connection: Connection) -> Body {
    let (mut sender, body) = Channel::new(1);
    tokio::spawn(async move {
        let _ = sender.send_data(Bytes::from_static(b"the beginning of ")).await;
        // Until the beginning is on its way: the reset would overtake it.
        sleep(Duration::from_millis(50)).await;
        connection.reset();
        sender.abort(io::Error::other("the test asked for it"));
    });
    body.boxed_unsync()
}

fn echo(headers: &HeaderMap) -> String {
    let text = |(name, value): (String, Vec<u8>)| {
        serde_json::json!([name, String::from_utf8_lossy(&value)])
    };
    let fields: Vec<serde_json::Value> = ordered(headers).into_iter().map(text).collect();
    serde_json::Value::from(fields).to_string()
}

fn with_trailer() -> Response<Body> {
    // A body of unknown length: HTTP/1 has trailers only after chunks.
    let (mut sender, body) = Channel::new(2);
    tokio::spawn(async move {
        let trailer = (HeaderName::from_static("x-trailer"), HeaderValue::from_static("end"));
        let _ = sender.send_data(Bytes::from_static(b"before the trailer\n")).await;
        let _ = sender.send_trailers(HeaderMap::from_iter([trailer])).await;
    });
    let response = Response::builder().header("trailer", "x-trailer").body(body.boxed_unsync());
    response.expect("a legal answer")
}
