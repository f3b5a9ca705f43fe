//! A TCP connection that can end with a reset (RST) instead of an orderly close.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// The handle with which a request handler resets the connection its request came on.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    reset: Arc<watch::Sender<bool>>,
    doomed: Arc<AtomicBool>,
}

impl Connection {
    pub(crate) fn new() -> Connection {
        Connection { reset: Arc::new(watch::Sender::new(false)), doomed: Arc::default() }
    }

    /// Notes that a reset is to come, for handlers of other requests on it.
    pub(crate) fn doom(&self) {
        self.doomed.store(true, Ordering::Relaxed);
    }

    /// Whether a reset is to come.
    pub(crate) fn is_doomed(&self) -> bool {
        self.doomed.load(Ordering::Relaxed)
    }

    /// Asks for the reset; the server drops the connection soon after.
    pub(crate) fn reset(&self) {
        self.reset.send_replace(true);
    }

    /// Returns once somebody has asked for the reset.
    pub(crate) async fn reset_asked(&self) {
        let _ = self.reset.subscribe().wait_for(|asked| *asked).await;
    }

    fn is_reset(&self) -> bool {
        *self.reset.borrow()
    }
}

/// The stream itself. When it is dropped after [`Connection::reset`], the peer sees RST.
pub(crate) struct Resettable {
    stream: TcpStream,
    connection: Connection,
}

impl Resettable {
    pub(crate) fn new(stream: TcpStream, connection: Connection) -> Resettable {
        Resettable { stream, connection }
    }
}

impl Drop for Resettable {
    fn drop(&mut self) {
        if self.connection.is_reset() {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Resettable {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Resettable {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
