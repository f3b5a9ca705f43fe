//! The upstream: a fixed small answer to every request, by its path, and a look at its `traceparent`.

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

/// Answers to paths that begin so; [`ANSWER`] is for all others.
const ANSWERS: [(&[u8], &[u8]); 4] = [
    (b"/fail/404", b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
    (b"/fail/500", b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"),
    (
        b"/grpc.Good/",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\ngrpc-status: 0\r\n\
        content-length: 0\r\n\r\n",
    ),
    (
        b"/grpc.Bad/",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/grpc\r\ngrpc-status: 14\r\n\
        content-length: 0\r\n\r\n",
    ),
];

const HEAD_END: &[u8] = b"\r\n\r\n";
/// What the Zipkin tracer writes instead.
const B3_SAMPLED: &[u8] = b"\r\nx-b3-sampled: 1";
const TRACEPARENT: &[u8] = b"\r\ntraceparent: 00-";
/// From the end of [`TRACEPARENT`] to its flags: trace id, dash, span id, dash.
const FLAGS_AT: usize = 32 + 1 + 16 + 1;

/// The `traceparent` of a caller that did not sample.
pub const UNSAMPLED_PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/// Answers the requests that have arrived. None of them has a body.
pub fn answer(connection: &mut Connection, tally: &mut Tally) -> io::Result<()> {
    while let Some(end) = memmem::find(connection.bytes(), HEAD_END) {
        let head = &connection.bytes()[..end];
        tally.requests += 1;
        if let Some(ids_and_flags) = traceparent(head) {
            tally.traced += 1;
            tally.sampled += u64::from(is_sampled(ids_and_flags));
            tally.passed_on += u64::from(UNSAMPLED_PARENT.as_bytes().ends_with(ids_and_flags));
        } else if memmem::find(head, B3_SAMPLED).is_some() {
            tally.traced += 1;
            tally.sampled += 1;
        }
        let answer = answer_to(head);
        connection.consume(end + HEAD_END.len());
        connection.send(answer)?;
    }
    Ok(())
}

/// What is due to the request's path.
fn answer_to(head: &[u8]) -> &'static [u8] {
    let path = memchr::memchr(b' ', head).map_or(head, |space| &head[space + 1..]);
    let found = ANSWERS.iter().find(|(prefix, _)| path.starts_with(prefix));
    found.map_or(ANSWER, |(_, answer)| answer)
}

/// The request's `traceparent` without its version, if it has one.
fn traceparent(head: &[u8]) -> Option<&[u8]> {
    let start = memmem::find(head, TRACEPARENT)? + TRACEPARENT.len();
    head.get(start..start + FLAGS_AT + 2)
}

fn is_sampled(ids_and_flags: &[u8]) -> bool {
    let flags = ids_and_flags.get(FLAGS_AT..).and_then(|flags| str::from_utf8(flags).ok());
    flags.and_then(|flags| u8::from_str_radix(flags, 16).ok()).is_some_and(|flags| flags & 1 == 1)
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
    fn paths_choose_answers() {
        let cases = [
            ("/api/fail/404", 200),
            ("/fail/404", 404),
            ("/fail/500?a", 500),
            ("/grpc.Bad/M", 200),
        ];
        for (path, expected) in cases {
            let answer = answer_to(format!("GET {path} HTTP/1.1").as_bytes());
            let (status, message) = crate::net::parse_response(answer).unwrap().unwrap();
            assert_eq!((status, message.length), (expected, answer.len()), "{path}");
        }
    }

    #[test]
    fn flags_are_found() {
        let head = |flags: &str| {
            let id = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
            format!("GET / HTTP/1.1\r\nhost: a\r\ntraceparent: 00-{id}-{flags}\r\nx: y")
        };
        let sampled = |head: &str| traceparent(head.as_bytes()).map(is_sampled);
        assert_eq!(sampled(&head("01")), Some(true));
        assert_eq!(sampled(&head("03")), Some(true));
        assert_eq!(sampled(&head("02")), Some(false));
        assert_eq!(sampled("GET / HTTP/1.1\r\nhost: a"), None);
        assert!(UNSAMPLED_PARENT.len() == "00-".len() + FLAGS_AT + 2);
    }
}
