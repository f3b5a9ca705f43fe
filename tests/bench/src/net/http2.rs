//! One HTTP/2 request after another on a connection, as far as a load needs that (RFC 9113, 7541).
//!
//! The header block of a request is made once and refers to no dynamic table, so that it is the same
//! each time. Of an answer only its frames are looked at, and its status, which Envoy's encoder takes
//! from the static table.

use std::io;

/// The preface, and SETTINGS that leave everything at its default but ask for no header table.
const HELLO: &[u8] =
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00";
const SETTINGS_ACK: &[u8] = b"\x00\x00\x00\x04\x01\x00\x00\x00\x00";
const HEAD: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
/// Half of the window that a connection has at first.
const REFILL: u32 = 32 * 1024;
/// Statuses that the static table has at 8 and following.
const STATUSES: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];

/// One connection.
#[derive(Debug, Default)]
pub struct Http2 {
    greeted: bool,
    /// The next stream, divided by two.
    next: u32,
    /// Bytes of answers since the window was opened last.
    received: u32,
    status: u16,
}

/// What has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that have been taken.
    pub consumed: usize,
    /// The status of the answer, if it is whole.
    pub answered: Option<u16>,
}

/// The header block of a request that is written as HTTP/1.1.
pub fn header_block(request: &[u8]) -> io::Result<Vec<u8>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut parsed = httparse::Request::new(&mut headers);
    parsed.parse(request).map_err(io::Error::other)?;
    let mut block = Vec::new();
    literal(&mut block, ":method", parsed.method.unwrap_or_default().as_bytes());
    literal(&mut block, ":scheme", b"http");
    literal(&mut block, ":path", parsed.path.unwrap_or_default().as_bytes());
    for header in parsed.headers.iter() {
        let name = header.name.to_ascii_lowercase();
        let name = if name == "host" { ":authority" } else { &name };
        literal(&mut block, name, header.value);
    }
    Ok(block)
}

/// A literal field without indexing (RFC 7541, section 6.2.2).
fn literal(block: &mut Vec<u8>, name: &str, value: &[u8]) {
    block.push(0);
    for text in [name.as_bytes(), value] {
        integer(block, text.len());
        block.extend_from_slice(text);
    }
}

/// An integer with a prefix of seven bits (section 5.1).
fn integer(block: &mut Vec<u8>, mut value: usize) {
    if value < 0x7f {
        return block.push(value as u8);
    }
    block.push(0x7f);
    value -= 0x7f;
    while value >= 0x80 {
        block.push(value as u8 | 0x80);
        value >>= 7;
    }
    block.push(value as u8);
}

fn frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    out.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

// === impl Http2 ===

impl Http2 {
    /// Appends a request without a body, on the next stream.
    pub fn request(&mut self, block: &[u8], out: &mut Vec<u8>) {
        if !self.greeted {
            self.greeted = true;
            out.extend_from_slice(HELLO);
        }
        frame(out, HEADERS, END_STREAM | END_HEADERS, self.next * 2 + 1, block);
        self.next += 1;
    }

    /// Takes one whole frame, if there is one, and appends what is due to it.
    pub fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<Option<Progress>> {
        let Some(head) = bytes.first_chunk::<HEAD>() else { return Ok(None) };
        let [a, b, c, kind, flags, ..] = *head;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let Some(payload) = bytes.get(HEAD..HEAD + length) else { return Ok(None) };
        match kind {
            SETTINGS if flags & ACK == 0 => out.extend_from_slice(SETTINGS_ACK),
            PING if flags & ACK == 0 => frame(out, PING, ACK, 0, payload),
            HEADERS => self.status = self.status_of(payload)?,
            DATA => self.refill(length, out),
            RST_STREAM | GOAWAY => return Err(io::Error::other(format!("frame {kind}"))),
            _ => {}
        }
        let ends = matches!(kind, HEADERS | DATA) && flags & END_STREAM != 0;
        Ok(Some(Progress { consumed: HEAD + length, answered: ends.then_some(self.status) }))
    }

    /// Opens the connection's window again. Streams are shorter than theirs.
    fn refill(&mut self, length: usize, out: &mut Vec<u8>) {
        self.received += length as u32;
        if self.received >= REFILL {
            frame(out, WINDOW_UPDATE, 0, 0, &self.received.to_be_bytes());
            self.received = 0;
        }
    }

    /// The status of a header block that begins with an indexed one. A size update of the table may
    /// stand before it.
    fn status_of(&self, block: &[u8]) -> io::Result<u16> {
        let first = block.iter().find(|byte| **byte & 0xe0 != 0x20).copied().unwrap_or_default();
        let place = usize::from(first & 0x7f).checked_sub(8).filter(|_| first & 0x80 != 0);
        let status = place.and_then(|place| STATUSES.get(place)).copied();
        status
            .ok_or_else(|| io::Error::other(format!("a header block that begins with {first:#x}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_its_stream() {
        let mut connection = Http2::default();
        let mut out = Vec::new();
        connection.request(&header_block(b"GET /a HTTP/1.1\r\nHost: b\r\n\r\n").unwrap(), &mut out);
        assert!(out.starts_with(HELLO));
        assert!(out.ends_with(b"\x00\x0a:authority\x01b"), "{out:?}");
        let mut answer = Vec::new();
        frame(&mut answer, SETTINGS, 0, 0, b"");
        frame(&mut answer, HEADERS, END_HEADERS, 1, b"\x20\x8d\x00");
        frame(&mut answer, DATA, END_STREAM, 1, b"no");
        let (mut rest, mut answered) = (answer.as_slice(), None);
        out.clear();
        assert_eq!(connection.take(&answer[..8], &mut out).unwrap(), None);
        while let Some(progress) = connection.take(rest, &mut out).unwrap() {
            rest = &rest[progress.consumed..];
            answered = answered.or(progress.answered);
        }
        assert_eq!((answered, rest.len(), out.as_slice()), (Some(404), 0, SETTINGS_ACK));
    }

    #[test]
    fn long_values_have_long_lengths() {
        let mut block = Vec::new();
        integer(&mut block, 126);
        integer(&mut block, 127 + 128);
        assert_eq!(block, [126, 127, 0x80, 1]);
    }
}
