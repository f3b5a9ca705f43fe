//! What a collector can answer.

use std::time::Duration;

/// One answer of the collector. Spans count as accepted with `Accept`, `AcceptEmptyBody` and
/// `PartialSuccess` (which does not say *which* spans it refused), also after a `Delay` if
/// the client waited for it; with all others they count as refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// 200 with an `ExportTraceServiceResponse` whose `partial_success` is set and empty,
    /// which means full success.
    Accept,
    /// 200 with an empty body, the shortest form of full success.
    AcceptEmptyBody,
    /// 200, with so many spans refused for good.
    PartialSuccess {
        /// How many spans are refused.
        rejected: i64,
        /// Why.
        message: String,
    },
    /// This status with an empty body.
    Status(u16),
    /// This status with these fields, such as `retry-after`, and an empty body.
    StatusWithHeaders(u16, Vec<(String, String)>),
    /// Another answer, after some time.
    Delay(Duration, Box<Answer>),
    /// No answer ever, with the connection left open.
    Hang,
    /// The TCP connection is reset without an answer.
    ResetConnection,
    /// 200 with a body that does not decode.
    Garbage,
}

impl Answer {
    /// `status` with `retry-after: value`.
    pub fn retry_after(status: u16, value: &str) -> Answer {
        Answer::StatusWithHeaders(status, vec![("retry-after".to_owned(), value.to_owned())])
    }

    /// `answer` after `delay`.
    pub fn delayed(delay: Duration, answer: Answer) -> Answer {
        Answer::Delay(delay, Box::new(answer))
    }
}
