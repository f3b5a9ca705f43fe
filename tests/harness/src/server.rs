//! An HTTP server for HTTP/1.1 and HTTP/2 with prior knowledge on one port, for the fakes.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::resettable::{Connection, Resettable};

/// Room for hostile headers: several of a megabyte, or ten thousand.
const MAX_HEADER_BYTES: u32 = 8 * 1024 * 1024;
const MAX_HEADERS: usize = 11_000;

/// How long a port may take to be free: a server that is dropped closes its own a little later.
const PATIENCE: Duration = Duration::from_secs(2);

/// The body of any answer of the fakes.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What a handler gives: an answer, or an error that closes an HTTP/1 connection and resets
/// an HTTP/2 stream without an answer.
pub(crate) type Handled = io::Result<Response<Body>>;

/// A body of known bytes.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A running server. Dropping it closes its port and every connection.
#[derive(Debug)]
pub(crate) struct Server {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Server {
    /// Listens on `port` of 127.0.0.1 and gives every request to `handler`.
    pub(crate) async fn start<H, F>(port: u16, handler: H) -> Server
    where
        H: Fn(Request<Incoming>, Connection) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Handled> + Send + 'static,
    {
        let listener = listen(port).await;
        let (stop, stopped) = oneshot::channel();
        Server { task: tokio::spawn(accept(listener, handler, stopped)), stop }
    }

    /// Listens on `port` of 127.0.0.1 and takes connections, but reads nothing and says nothing.
    pub(crate) async fn start_silent(port: u16) -> Server {
        let listener = listen(port).await;
        let (stop, stopped) = oneshot::channel();
        Server { task: tokio::spawn(hold(listener, stopped)), stop }
    }

    /// Closes the port and every connection, and returns when that is done.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let _ = self.task.await;
    }
}

async fn listen(port: u16) -> TcpListener {
    let end = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => return listener,
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < end => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("cannot listen on port {port}: {error}"),
        }
    }
}

async fn hold(listener: TcpListener, mut stopped: oneshot::Receiver<()>) {
    let mut held = Vec::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => held.extend(accepted),
            _ = &mut stopped => return,
        }
    }
}

async fn accept<H, F>(listener: TcpListener, handler: H, mut stopped: oneshot::Receiver<()>)
where
    H: Fn(Request<Incoming>, Connection) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Handled> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, handler.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
            // The sender is never used: this is its end.
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve<H, F>(stream: TcpStream, handler: H)
where
    H: Fn(Request<Incoming>, Connection) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Handled> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let connection = Connection::new();
    let io = TokioIo::new(Resettable::new(stream, connection.clone()));
    let service = service_fn(|request| handler(request, connection.clone()));
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().max_headers(MAX_HEADERS).max_buf_size(MAX_HEADER_BYTES as usize);
    builder.http2().max_header_list_size(MAX_HEADER_BYTES);
    tokio::select! {
        // How a connection ends is the peer's business, and what tests are about.
        _ = builder.serve_connection(io, service) => {}
        () = connection.reset_asked() => {}
    }
}
