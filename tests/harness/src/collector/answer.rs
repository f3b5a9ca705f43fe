//! What a collector can answer.

use std::time::Duration;

use super::{GrpcStatus, Outcome, Protocol};

/// One answer of the collector.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Full success: 200 with an `ExportTraceServiceResponse` whose `partial_success` is set and
    /// empty; OK with the same message over gRPC; 202 of Zipkin.
    Accept,
    /// Full success in its shortest form: an empty body, or an empty message over gRPC.
    AcceptEmptyBody,
    /// Success, with so many spans refused for good. Zipkin has no such thing: it accepts all.
    PartialSuccess {
        /// How many spans are refused.
        rejected: i64,
        /// Why.
        message: String,
    },
    /// This HTTP status with an empty body; over gRPC too, as a proxy in between answers.
    Status(u16),
    /// This status with these fields, such as `retry-after`, and an empty body.
    StatusWithHeaders(u16, Vec<(String, String)>),
    /// This status with these fields and this body.
    Full(u16, Vec<(String, String)>, Vec<u8>),
    /// This status of gRPC, to a request of gRPC.
    Grpc(GrpcStatus),
    /// A refusal in the terms of the request's protocol.
    Refuse(Refusal),
    /// Another answer, after some time.
    Delay(Duration, Box<Answer>),
    /// No answer ever, with the connection left open.
    Hang,
    /// The TCP connection is reset without an answer, after the spans were read.
    ResetConnection,
    /// As [`Answer::ResetConnection`], but RST_STREAM over HTTP/2, and an orderly close over HTTP/1.
    ResetStream,
    /// The TCP connection is reset when the fields of the request are there: its spans are not
    /// read (unless a function chose this answer, which is asked when they have been).
    ResetConnectionUnread,
    /// As [`Answer::ResetStream`], with the spans not read.
    ResetStreamUnread,
    /// Success with a body or a message that does not decode. Nothing was accepted.
    Garbage,
}

/// Why a collector refuses a request.
///
/// | | HTTP | gRPC |
/// |---|---|---|
/// | `Unavailable` | 503, with `retry-after` | UNAVAILABLE, with RetryInfo |
/// | `Throttled` | 429 with `retry-after` | RESOURCE_EXHAUSTED with RetryInfo |
/// | `Invalid` | 400 | INVALID_ARGUMENT |
/// | `TooLarge` | 413 | RESOURCE_EXHAUSTED |
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// It is overloaded or restarts; perhaps it says when to come back.
    Unavailable(Option<Duration>),
    /// Too many requests; come back after this time.
    Throttled(Duration),
    /// It will never take these spans.
    Invalid,
    /// It will not take so many at once.
    TooLarge,
}

impl Answer {
    /// `status` with `retry-after: value`.
    pub fn retry_after(status: u16, value: &str) -> Answer {
        Answer::StatusWithHeaders(status, vec![("retry-after".to_owned(), value.to_owned())])
    }

    /// A status of gRPC, such as 14 (UNAVAILABLE), without details.
    pub fn grpc(code: i32, message: &str) -> Answer {
        Answer::Grpc(GrpcStatus::new(code, message))
    }

    /// `answer` after `delay`.
    pub fn delayed(delay: Duration, answer: Answer) -> Answer {
        Answer::Delay(delay, Box::new(answer))
    }

    /// Whether it needs nothing but the head of a request.
    pub(super) fn is_unread(&self) -> bool {
        matches!(self, Answer::ResetConnectionUnread | Answer::ResetStreamUnread)
    }

    /// What it means for the spans when it reaches the client.
    pub(super) fn outcome(&self, protocol: Option<Protocol>) -> Outcome {
        let accepted = Outcome::Accepted { rejected: 0 };
        match self {
            Answer::Accept | Answer::AcceptEmptyBody => accepted,
            Answer::PartialSuccess { .. } if protocol == Some(Protocol::ZipkinJson) => accepted,
            Answer::PartialSuccess { rejected, .. } => {
                Outcome::Accepted { rejected: u64::try_from(*rejected).unwrap_or_default() }
            }
            // gRPC has no success without a status of its own.
            Answer::Status(status)
            | Answer::StatusWithHeaders(status, _)
            | Answer::Full(status, ..)
                if (200..300).contains(status) && protocol != Some(Protocol::OtlpGrpc) =>
            {
                accepted
            }
            Answer::Status(_)
            | Answer::StatusWithHeaders(..)
            | Answer::Full(..)
            | Answer::Grpc(_)
            | Answer::Refuse(_)
            | Answer::Garbage => Outcome::Refused,
            Answer::Delay(_, answer) => answer.outcome(protocol),
            Answer::Hang
            | Answer::ResetConnection
            | Answer::ResetStream
            | Answer::ResetConnectionUnread
            | Answer::ResetStreamUnread => Outcome::Unanswered,
        }
    }
}

impl Refusal {
    /// The refusal in the terms of a protocol.
    pub(super) fn over(self, protocol: Option<Protocol>) -> Answer {
        if protocol != Some(Protocol::OtlpGrpc) {
            let seconds = |delay: Duration| delay.as_millis().div_ceil(1_000).to_string();
            return match self {
                Refusal::Unavailable(None) => Answer::Status(503),
                Refusal::Unavailable(Some(delay)) => Answer::retry_after(503, &seconds(delay)),
                Refusal::Throttled(delay) => Answer::retry_after(429, &seconds(delay)),
                Refusal::Invalid => Answer::Status(400),
                Refusal::TooLarge => Answer::Status(413),
            };
        }
        Answer::Grpc(match self {
            Refusal::Unavailable(None) => GrpcStatus::new(14, "unavailable"),
            Refusal::Unavailable(Some(delay)) => {
                GrpcStatus::new(14, "unavailable").retry_info(delay)
            }
            Refusal::Throttled(delay) => GrpcStatus::new(8, "too many requests").retry_info(delay),
            Refusal::Invalid => GrpcStatus::new(3, "invalid spans"),
            Refusal::TooLarge => GrpcStatus::new(8, "the message is too large"),
        })
    }
}
