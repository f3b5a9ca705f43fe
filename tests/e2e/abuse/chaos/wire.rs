//! HTTP/1.1 byte by byte, for both ends: a message that ends too early is read as far as it came.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::plan::Framing;

pub type Fields = Vec<(String, Vec<u8>)>;

/// The first line of a message and its fields, names in lower case.
#[derive(Debug)]
pub struct Head {
    pub start: String,
    pub fields: Fields,
}

/// A body, as far as it came.
#[derive(Debug, Default)]
pub struct Body {
    pub bytes: Vec<u8>,
    pub complete: bool,
}

/// One end of a connection.
pub struct Wire {
    stream: TcpStream,
    /// Received and not used yet.
    buffer: Vec<u8>,
}

impl Wire {
    /// Connects to a port of 127.0.0.1.
    pub async fn connect(port: u16) -> io::Result<Wire> {
        Wire::new(TcpStream::connect(("127.0.0.1", port)).await?)
    }

    /// Takes over a connection.
    pub fn new(stream: TcpStream) -> io::Result<Wire> {
        stream.set_nodelay(true)?;
        Ok(Wire { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends these bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Ends the connection with a reset instead of an orderly close.
    pub fn reset(self) {
        let _ = self.stream.set_zero_linger();
    }

    /// The head of the next message; `None` when the connection ended before it was there.
    pub async fn head(&mut self) -> io::Result<Option<Head>> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at;
            }
            if !self.more().await? {
                return Ok(None);
            }
        };
        let text: Vec<u8> = self.buffer.drain(..end + 4).take(end).collect();
        Head::parse(&text).map(Some)
    }

    /// The body behind this head.
    pub async fn body(&mut self, head: &Head) -> Body {
        let mut body = Body::default();
        let whole = match head.value("content-length") {
            Some(length) => self.take(length.parse().unwrap_or(0), &mut body.bytes).await,
            None if head.value("transfer-encoding").is_some() => self.chunks(&mut body.bytes).await,
            None => Ok(true),
        };
        body.complete = whole.unwrap_or(false);
        body
    }

    /// Moves so many bytes; false when there are fewer.
    async fn take(&mut self, mut count: usize, into: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let there = count.min(self.buffer.len());
            into.extend(self.buffer.drain(..there));
            count -= there;
            if count == 0 {
                return Ok(true);
            }
            if !self.more().await? {
                return Ok(false);
            }
        }
    }

    async fn chunks(&mut self, into: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let Some(line) = self.line().await? else { return Ok(false) };
            let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            if !self.take(size, into).await? || self.line().await?.is_none() {
                return Ok(false);
            }
            if size == 0 {
                return Ok(true);
            }
        }
    }

    async fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|bytes| bytes == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..at + 2).take(at).collect();
                return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }
}

impl Head {
    fn parse(text: &[u8]) -> io::Result<Head> {
        let mut lines = text.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end());
        let start = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let field = |line: &[u8]| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
            Some((name, line[colon + 1..].trim_ascii().to_vec()))
        };
        let fields: Option<Fields> = lines.map(field).collect();
        let fields = fields.ok_or_else(|| io::Error::other("a field without a colon"))?;
        Ok(Head { start, fields })
    }

    /// The status of an answer.
    pub fn status(&self) -> u16 {
        let status = self.start.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_default()
    }

    /// The first value of this name (lower case), as text.
    pub fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(field, _)| field == name)?;
        str::from_utf8(value).ok()
    }

    /// All values of this name (lower case).
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let equal = self.fields.iter().filter(move |(field, _)| field == name);
        equal.map(|(_, value)| value.as_slice())
    }
}

/// The field that frames a body, and the body as it goes over the wire.
pub fn framed(body: &[u8], framing: Framing) -> (String, Vec<u8>) {
    match framing {
        Framing::Length => (format!("content-length: {}\r\n", body.len()), body.to_vec()),
        Framing::Chunked => {
            let mut bytes = Vec::with_capacity(body.len() + 64);
            for piece in body.chunks(1_000) {
                bytes.extend(format!("{:x}\r\n", piece.len()).into_bytes());
                bytes.extend(piece);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
            ("transfer-encoding: chunked\r\n".to_owned(), bytes)
        }
    }
}

/// Fields as they go over the wire.
pub fn lines(fields: &Fields) -> Vec<u8> {
    let line =
        |(name, value): &(String, Vec<u8>)| [name.as_bytes(), b": ", value, b"\r\n"].concat();
    fields.iter().flat_map(line).collect()
}
