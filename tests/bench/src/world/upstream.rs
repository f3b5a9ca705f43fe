//! The upstream: a fixed small answer to every request, and a look at its `traceparent`.

use std::io;

use memchr::memmem;

use super::tally::Tally;
use crate::net::Connection;

/// What an application's answer usually has, with a body of 64 bytes.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\n\
    content-type: application/json\r\n\
    cache-control: no-store\r\n\
    content-length: 64\r\n\r\n\
    {\"id\":\"OLJCESPC7Z\",\"name\":\"Sunglasses\",\"price\":1999,\"stock\":120}";

const HEAD_END: &[u8] = b"\r\n\r\n";
const TRACEPARENT: &[u8] = b"\r\ntraceparent: 00-";
/// From the end of [`TRACEPARENT`] to its flags: trace id, dash, span id, dash.
const FLAGS_AT: usize = 32 + 1 + 16 + 1;

/// Answers the requests that have arrived. None of them has a body.
pub fn answer(connection: &mut Connection, tally: &mut Tally) -> io::Result<()> {
    while let Some(end) = memmem::find(connection.bytes(), HEAD_END) {
        let head = &connection.bytes()[..end];
        tally.requests += 1;
        if let Some(sampled) = sampled_flag(head) {
            tally.traced += 1;
            tally.sampled += u64::from(sampled);
        }
        connection.consume(end + HEAD_END.len());
        connection.send(ANSWER)?;
    }
    Ok(())
}

/// The sampled flag of the request's `traceparent`, if it has one.
fn sampled_flag(head: &[u8]) -> Option<bool> {
    let at = memmem::find(head, TRACEPARENT)? + TRACEPARENT.len() + FLAGS_AT;
    let flags = str::from_utf8(head.get(at..at + 2)?).ok()?;
    Some(u8::from_str_radix(flags, 16).ok()? & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_as_long_as_it_says() {
        let (status, message) = crate::net::parse_response(ANSWER).unwrap().unwrap();
        assert_eq!((status, message.length), (200, ANSWER.len()));
    }

    #[test]
    fn flags_are_found() {
        let head = |flags: &str| {
            let id = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
            format!("GET / HTTP/1.1\r\nhost: a\r\ntraceparent: 00-{id}-{flags}\r\nx: y")
        };
        assert_eq!(sampled_flag(head("01").as_bytes()), Some(true));
        assert_eq!(sampled_flag(head("03").as_bytes()), Some(true));
        assert_eq!(sampled_flag(head("02").as_bytes()), Some(false));
        assert_eq!(sampled_flag(b"GET / HTTP/1.1\r\nhost: a"), None);
    }
}
