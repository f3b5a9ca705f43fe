//! A raw HTTP/1.1 client: what it sends is byte for byte what the test asked for.

mod request;
mod response;

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::tls::{Authority, Identity, SERVER_NAME};

pub use request::Request;
pub use response::Response;

/// No answer may take longer; the slow things that tests provoke end long before.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection, kept open between requests. Dropping it in the middle of a request is how
/// a test plays the client that goes away.
#[derive(Debug)]
pub struct Client<S = TcpStream> {
    stream: BufReader<S>,
}

/// A [`Client`] over TLS.
pub type TlsClient = Client<TlsStream<TcpStream>>;

impl Client {
    /// Connects to `port` of 127.0.0.1.
    pub async fn connect(port: u16) -> Client {
        let client = Client::try_connect(port).await;
        client.unwrap_or_else(|error| panic!("cannot connect to port {port}: {error}"))
    }

    /// As [`Client::connect`], for ports that may refuse.
    pub async fn try_connect(port: u16) -> io::Result<Client> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Client { stream: BufReader::new(stream) })
    }

    /// Ends the connection with a reset (RST) instead of an orderly close.
    pub fn reset(self) {
        self.stream.get_ref().set_zero_linger().expect("a connected socket takes this option");
    }
}

impl TlsClient {
    /// Connects to `port` of 127.0.0.1, whose certificate must be the authority's, and shows
    /// `identity` when asked. Panics when the handshake fails; a server that refuses the client's
    /// identity says so only later, as an error of the first answer.
    pub async fn connect_tls(
        port: u16,
        authority: &Authority,
        identity: Option<&Identity>,
    ) -> TlsClient {
        let stream = Client::connect(port).await.stream.into_inner();
        let connector = TlsConnector::from(authority.client_config(identity));
        let name = SERVER_NAME.try_into().expect("a legal name");
        let stream = connector.connect(name, stream).await;
        let stream =
            stream.unwrap_or_else(|error| panic!("no TLS handshake with port {port}: {error}"));
        Client { stream: BufReader::new(stream) }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Sends `request` and gives its answer. Panics when there is none.
    pub async fn send(&mut self, request: &Request) -> Response {
        let response = self.try_send(request).await;
        response.unwrap_or_else(|error| panic!("no answer to {request}: {error}"))
    }

    /// Sends `request` and gives its answer, or how the connection failed.
    pub async fn try_send(&mut self, request: &Request) -> io::Result<Response> {
        let sent = self.send_raw(&request.to_bytes()).await;
        // A server may answer and close before it has read everything: look for the answer.
        match (self.response_to(request.method()).await, sent) {
            (Err(_), Err(sending)) => Err(sending),
            (response, _) => response,
        }
    }

    /// Sends these bytes and waits for nothing.
    pub async fn send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes).await?;
        // TLS holds back what the socket did not take.
        stream.flush().await
    }

    /// Reads the answer to whatever was sent with [`Client::send_raw`].
    pub async fn read_response(&mut self) -> io::Result<Response> {
        self.response_to("GET").await
    }

    async fn response_to(&mut self, method: &str) -> io::Result<Response> {
        let response = timeout(PATIENCE, Response::read(&mut self.stream, method)).await;
        response.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}
