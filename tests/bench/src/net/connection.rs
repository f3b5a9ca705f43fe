//! One nonblocking TCP connection and the bytes of it that are not yet a whole message.

use std::io::{self, ErrorKind, Read, Write};

use mio::net::TcpStream;

/// A connection with its buffer, which grows to the largest message and is then reused.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// How many bytes at the front of `buffer` have been received.
    filled: usize,
}

/// What reading brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Everything that had arrived is in the buffer.
    Drained,
    /// More may have arrived than was to be read at once. No event will tell of it.
    More,
    /// The peer has closed.
    Closed,
}

impl Connection {
    /// Takes over `stream`, with room for `capacity` bytes to begin with.
    pub fn new(stream: TcpStream, capacity: usize) -> io::Result<Connection> {
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: vec![0; capacity], filled: 0 })
    }

    /// The socket, to register it.
    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// The bytes that have arrived and were not [consumed](Connection::consume).
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// Forgets the first `count` bytes.
    pub fn consume(&mut self, count: usize) {
        self.buffer.copy_within(count..self.filled, 0);
        self.filled -= count;
    }

    /// Reads what has arrived. Events are edge-triggered: a read that does not fill its buffer
    /// has emptied the socket, which saves the second read that would only say so.
    pub fn receive(&mut self) -> io::Result<Received> {
        loop {
            if self.filled == self.buffer.len() {
                self.buffer.resize(2 * self.buffer.len(), 0);
            }
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Ok(Received::Closed),
                Ok(count) => {
                    self.filled += count;
                    if self.filled < self.buffer.len() {
                        return Ok(Received::Drained);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(Received::Drained);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads at most `limit` bytes of what has arrived.
    pub fn receive_some(&mut self, limit: usize) -> io::Result<Received> {
        let end = self.filled + limit;
        if end > self.buffer.len() {
            self.buffer.resize(2 * end, 0);
        }
        match self.stream.read(&mut self.buffer[self.filled..end]) {
            Ok(0) => Ok(Received::Closed),
            Ok(count) => {
                self.filled += count;
                Ok(if count == limit { Received::More } else { Received::Drained })
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Received::Drained),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(Received::More),
            Err(error) => Err(error),
        }
    }

    /// Writes a message at once. One message of about a kilobyte is under way on a connection,
    /// so that its socket's buffer always has room; if not, something is broken.
    pub fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let written = self.stream.write(message)?;
        if written == message.len() {
            return Ok(());
        }
        Err(io::Error::other(format!("wrote {written} of {} bytes", message.len())))
    }
}
