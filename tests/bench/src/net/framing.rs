//! Where an HTTP/1.1 message ends: after its head, a Content-Length, or the last chunk.

use std::borrow::Cow;
use std::io;

use httparse::{Header, Status};

/// More than any message of this benchmark has.
const MAX_HEADERS: usize = 32;

/// One whole message at the front of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub struct Message<'b> {
    /// The body as it came.
    pub body: Body<'b>,
    /// Length of the whole message in bytes.
    pub length: usize,
}

/// A body as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'b> {
    /// All of it in one piece.
    Plain(&'b [u8]),
    /// In chunks, with their sizes between.
    Chunked(&'b [u8]),
}

/// The request at the front of `bytes`; `None` while it is not complete.
pub fn parse_request(bytes: &[u8]) -> io::Result<Option<Message<'_>>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes).map_err(io::Error::other)? {
        Status::Partial => Ok(None),
        Status::Complete(head_length) => finish(bytes, head_length, request.headers),
    }
}

/// The answer at the front of `bytes` and its status; `None` while it is not complete.
pub fn parse_response(bytes: &[u8]) -> io::Result<Option<(u16, Message<'_>)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes).map_err(io::Error::other)? {
        Status::Partial => Ok(None),
        Status::Complete(head_length) => {
            let message = finish(bytes, head_length, response.headers)?;
            Ok(message.map(|message| (response.code.unwrap_or_default(), message)))
        }
    }
}

fn finish<'b>(
    bytes: &'b [u8],
    head_length: usize,
    headers: &[Header<'_>],
) -> io::Result<Option<Message<'b>>> {
    let rest = &bytes[head_length..];
    if header(headers, "transfer-encoding").is_some() {
        let chunks = walk_chunks(rest, |_| {})?;
        return Ok(chunks.map(|length| Message {
            body: Body::Chunked(&rest[..length]),
            length: head_length + length,
        }));
    }
    let length = match header(headers, "content-length") {
        None => 0,
        Some(value) => str::from_utf8(value)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| io::Error::other("a Content-Length that is no number"))?,
    };
    Ok(rest
        .get(..length)
        .map(|body| Message { body: Body::Plain(body), length: head_length + length }))
}

fn header<'h>(headers: &[Header<'h>], name: &str) -> Option<&'h [u8]> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|found| found.value)
}

impl<'b> Body<'b> {
    /// The bytes of the body in one piece.
    pub fn joined(self) -> io::Result<Cow<'b, [u8]>> {
        match self {
            Body::Plain(bytes) => Ok(Cow::Borrowed(bytes)),
            Body::Chunked(chunks) => {
                let mut joined = Vec::with_capacity(chunks.len());
                walk_chunks(chunks, |chunk| joined.extend_from_slice(chunk))?;
                Ok(Cow::Owned(joined))
            }
        }
    }
}

/// Gives every chunk to `each` and returns the length of them all with their framing; `None`
/// when the last one is not there yet. Trailers are not expected.
fn walk_chunks(bytes: &[u8], mut each: impl FnMut(&[u8])) -> io::Result<Option<usize>> {
    let mut at = 0;
    loop {
        let Some(rest) = bytes.get(at..) else { return Ok(None) };
        let size = httparse::parse_chunk_size(rest)
            .map_err(|_| io::Error::other("a chunk without a size"))?;
        let Status::Complete((line, size)) = size else { return Ok(None) };
        let start = at + line;
        let end = usize::try_from(size).ok().and_then(|size| start.checked_add(size));
        let end = end.ok_or_else(|| io::Error::other("a chunk beyond all bounds"))?;
        at = end + 2;
        let (Some(chunk), true) = (bytes.get(start..end), at <= bytes.len()) else {
            return Ok(None);
        };
        each(chunk);
        if size == 0 {
            return Ok(Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out of a request: its length and body, if it is whole.
    fn request(bytes: &str) -> Option<(usize, Vec<u8>)> {
        let message = parse_request(bytes.as_bytes()).unwrap()?;
        Some((message.length, message.body.joined().unwrap().into_owned()))
    }

    #[test]
    fn messages_end_where_they_say() {
        let plain = "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
        let chunked =
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        let bare = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        let cases = [(plain, "abc"), (chunked, "abc"), (bare, "")];
        for (text, body) in cases {
            let followed = format!("{text}GET /next");
            let expected = Some((text.len(), body.as_bytes().to_vec()));
            assert_eq!(request(&followed), expected, "{text}");
            for end in 1..text.len() {
                assert_eq!(request(&text[..end]), None, "{end} bytes of {text}");
            }
        }
    }

    #[test]
    fn an_answer_has_its_status() {
        let answer = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno";
        let (status, message) = parse_response(answer).unwrap().unwrap();
        assert_eq!(status, 503);
        assert_eq!(message.length, answer.len());
    }

    #[test]
    fn nonsense_is_an_error() {
        assert!(parse_response(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
        assert!(parse_request(b"GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n").is_err());
    }
}
