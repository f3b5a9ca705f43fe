//! What came of an export request, and what follows from it (OTLP 1.11, OTLP/HTTP and OTLP/gRPC).

use std::fmt;

use super::retry_after;
use crate::encoding::partial_success;

/// Most characters of a backend's message that are logged.
const MAX_MESSAGE: usize = 256;

/// What the host reported of an export request.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// The backend, or Envoy in its place, answered over HTTP.
    Response {
        /// HTTP status code.
        status: u16,
        /// The `retry-after` field, if there was one.
        retry_after: Option<&'a [u8]>,
        /// The `content-type` field, if there was one.
        content_type: Option<&'a [u8]>,
        /// The body; only that of a success is read.
        body: &'a [u8],
    },
    /// The call ended over gRPC.
    Grpc {
        /// gRPC status code.
        status: u32,
        /// Whether an answer is behind it; else Envoy made it up, as of a stream that broke off.
        is_answered: bool,
        /// Nanoseconds of `RetryInfo`, if there was one.
        retry_delay: Option<u64>,
        /// The answer's message; only that of a success is read.
        body: &'a [u8],
        /// `grpc-message`.
        message: &'a [u8],
    },
    /// The connection ended without an answer.
    NoResponse,
    /// The answer did not come in time.
    TimedOut,
    /// The host knows no such cluster.
    UnknownCluster,
    /// The host did not take the request: the cluster has no healthy host, or (gRPC) is unknown.
    NotSent,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Delivered, but for `rejected` spans; never sent again.
    Accepted { rejected: u64, message: String },
    /// Never to be sent again.
    Refused,
    /// Never to be sent again in one piece.
    TooLarge,
    /// To be sent again, not before `after` nanoseconds have passed.
    TryAgain { after: u64 },
}

impl Outcome<'_> {
    /// Judges by the specification. HTTP: 2xx is accepted whatever the body; 429, 502, 503 and 504
    /// may be retried, everything else must not. gRPC: OK is accepted; CANCELLED,
    /// DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE and DATA_LOSS may be retried, and
    /// RESOURCE_EXHAUSTED where the backend says when. INTERNAL is also what Envoy makes of a stream
    /// that broke off, for instance because its cluster was removed: that is no answer. `now` is in
    /// nanoseconds since the Unix epoch.
    pub(super) fn verdict(&self, now: u64) -> Verdict {
        match self {
            Self::NoResponse | Self::TimedOut | Self::UnknownCluster | Self::NotSent => {
                Verdict::TryAgain { after: 0 }
            }
            Self::Response { status: 200..300, content_type, body, .. } => {
                accepted(*content_type, body)
            }
            Self::Grpc { status: 0, body, .. } => accepted(None, body),
            Self::Response { status: 429 | 502..=504, retry_after, .. } => {
                let after = retry_after.and_then(|value| retry_after::parse(value, now));
                Verdict::TryAgain { after: after.unwrap_or(0) }
            }
            Self::Grpc { status: 1 | 4 | 10 | 11 | 14 | 15, retry_delay, .. } => {
                Verdict::TryAgain { after: retry_delay.unwrap_or(0) }
            }
            Self::Grpc { status: 8, retry_delay: Some(after), .. } => {
                Verdict::TryAgain { after: *after }
            }
            Self::Grpc { status: 13, is_answered: false, .. } => Verdict::TryAgain { after: 0 },
            Self::Response { status: 413, .. } => Verdict::TooLarge,
            Self::Response { .. } | Self::Grpc { .. } => Verdict::Refused,
        }
    }

    /// Whether nothing has left the host: then the next try costs the network nothing.
    pub(super) fn is_local(&self) -> bool {
        matches!(self, Self::UnknownCluster | Self::NotSent)
    }
}

/// A body that cannot be read is not an error: the status says that the spans arrived, and they
/// must not be sent twice.
fn accepted(content_type: Option<&[u8]>, body: &[u8]) -> Verdict {
    let (rejected, message) = partial_success(content_type, body);
    Verdict::Accepted { rejected, message: printable(message.as_bytes()) }
}

/// A backend's text as it may stand in a line of the log.
fn printable(text: &[u8]) -> String {
    let byte = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' };
    text.iter().take(MAX_MESSAGE).map(byte).collect()
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response { status, .. } => write!(f, "the backend answered {status}"),
            Self::Grpc { status: 13, is_answered: false, .. } => f.write_str("the call broke off"),
            Self::Grpc { status, message, .. } => {
                write!(f, "the call ended with gRPC status {status} ({})", printable(message))
            }
            Self::NoResponse => f.write_str("the connection ended without an answer"),
            Self::TimedOut => f.write_str("no answer came in time"),
            Self::UnknownCluster => f.write_str("Envoy knows no such cluster"),
            Self::NotSent => f.write_str("the cluster is unknown or has no healthy host"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use spanmesh_core::otlp::messages::{ExportTracePartialSuccess, ExportTraceServiceResponse};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn only_four_statuses_are_retried() {
        let verdict = |status| {
            Outcome::Response { status, retry_after: None, content_type: None, body: b"" }
                .verdict(0)
        };
        for status in 100..600 {
            let expected = match status {
                200..300 => Verdict::Accepted { rejected: 0, message: String::new() },
                429 | 502 | 503 | 504 => Verdict::TryAgain { after: 0 },
                413 => Verdict::TooLarge,
                _ => Verdict::Refused,
            };
            assert_eq!(verdict(status), expected, "{status}");
        }
        for outcome in
            [Outcome::NoResponse, Outcome::TimedOut, Outcome::NotSent, Outcome::UnknownCluster]
        {
            assert_eq!(outcome.verdict(0), Verdict::TryAgain { after: 0 }, "{outcome}");
        }
    }

    #[test]
    fn grpc_statuses_are_judged_by_the_table_of_the_specification() {
        let verdict = |status, retry_delay| {
            Outcome::Grpc { status, is_answered: true, retry_delay, body: b"", message: b"" }
                .verdict(0)
        };
        for status in 0..20 {
            let (without, with) = match status {
                0 => {
                    let accepted = Verdict::Accepted { rejected: 0, message: String::new() };
                    (accepted.clone(), accepted)
                }
                1 | 4 | 10 | 11 | 14 | 15 => {
                    (Verdict::TryAgain { after: 0 }, Verdict::TryAgain { after: 7 })
                }
                8 => (Verdict::Refused, Verdict::TryAgain { after: 7 }),
                _ => (Verdict::Refused, Verdict::Refused),
            };
            assert_eq!(verdict(status, None), without, "{status} without RetryInfo");
            assert_eq!(verdict(status, Some(7)), with, "{status} with RetryInfo");
        }
    }

    #[test]
    fn a_call_that_broke_off_is_tried_again() {
        for (is_answered, status, expected, why) in [
            (false, 13, Verdict::TryAgain { after: 0 }, "INTERNAL by Envoy"),
            (true, 13, Verdict::Refused, "INTERNAL by the backend"),
            (false, 16, Verdict::Refused, "by Envoy, of HTTP status 401 of a proxy in between"),
            (false, 14, Verdict::TryAgain { after: 0 }, "by Envoy, of HTTP status 503"),
        ] {
            let outcome =
                Outcome::Grpc { status, is_answered, retry_delay: None, body: b"", message: b"" };
            assert_eq!(outcome.verdict(0), expected, "{why}");
        }
    }

    #[test]
    fn what_a_backend_says_is_one_short_line_of_the_log() {
        let message = [b"line\nbreak \xff\x1b[31m".as_slice(), &[b'x'; 10_000]].concat();
        let outcome = Outcome::Grpc {
            status: 13,
            is_answered: true,
            retry_delay: None,
            body: b"",
            message: &message,
        };
        let text = outcome.to_string();
        assert!(
            text.starts_with("the call ended with gRPC status 13 (line?break ??[31mx"),
            "{text}"
        );
        assert!(text.len() < 400 && text.bytes().all(|b| matches!(b, b' '..=b'~')));
    }

    #[test]
    fn the_body_of_a_success_tells_what_was_rejected() {
        let partial = |rejected_spans, error_message: &str| {
            let error_message = error_message.to_owned();
            let partial_success = Some(ExportTracePartialSuccess { rejected_spans, error_message });
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        };
        let cases: [(Vec<u8>, u64, &str, &str); 6] = [
            (vec![], 0, "", "an empty body is a full success"),
            (vec![0x0a, 0x00], 0, "", "set but empty partial success"),
            (partial(3, "too old"), 3, "too old", "some were rejected"),
            (partial(0, "deprecated"), 0, "deprecated", "only a warning"),
            (partial(-5, ""), 0, "", "a negative count is none"),
            (vec![0xff; 20], 0, "", "garbage: the status counts"),
        ];
        for (body, rejected, message, why) in cases {
            let outcome = Outcome::Response {
                status: 200,
                retry_after: None,
                content_type: None,
                body: &body,
            };
            let message = message.to_owned();
            assert_eq!(outcome.verdict(0), Verdict::Accepted { rejected, message }, "{why}");
        }
    }

    #[test]
    fn retry_after_sets_the_least_wait() {
        let outcome = Outcome::Response {
            status: 429,
            retry_after: Some(b"7"),
            content_type: None,
            body: b"",
        };
        assert_eq!(outcome.verdict(0), Verdict::TryAgain { after: 7_000_000_000 });
    }
}
