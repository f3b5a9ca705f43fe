//! What came of an export request, and what follows from it (OTLP 1.11, OTLP/HTTP).

use std::fmt;

use prost::Message;

use super::retry_after;
use spanmesh_core::otlp::messages::ExportTraceServiceResponse;

/// What the host reported of an export request.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// The collector, or Envoy in its place, answered.
    Response {
        /// HTTP status code.
        status: u16,
        /// The `retry-after` field, if there was one.
        retry_after: Option<&'a [u8]>,
        /// The body; only that of a success is read.
        body: &'a [u8],
    },
    /// The connection ended without an answer.
    NoResponse,
    /// The host did not take the request: no such cluster, or no healthy host in it.
    NotSent,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Delivered, but for `rejected` spans; never sent again.
    Accepted { rejected: u64, message: String },
    /// Never to be sent again.
    Refused,
    /// To be sent again, not before `after` nanoseconds have passed.
    TryAgain { after: u64 },
}

impl Outcome<'_> {
    /// Judges by the specification: 2xx is accepted whatever the body; 429, 502, 503 and 504 may
    /// be retried, everything else must not. `now` is in nanoseconds since the Unix epoch.
    pub(super) fn verdict(&self, now: u64) -> Verdict {
        match self {
            Self::NoResponse | Self::NotSent => Verdict::TryAgain { after: 0 },
            Self::Response { status: 200..300, body, .. } => accepted(body),
            Self::Response { status: 429 | 502..=504, retry_after, .. } => {
                let after = retry_after.and_then(|value| retry_after::parse(value, now));
                Verdict::TryAgain { after: after.unwrap_or(0) }
            }
            Self::Response { .. } => Verdict::Refused,
        }
    }
}

/// A body that cannot be read is not an error: the status says that the spans arrived, and they
/// must not be sent twice.
fn accepted(body: &[u8]) -> Verdict {
    let partial = ExportTraceServiceResponse::decode(body).ok().and_then(|r| r.partial_success);
    let partial = partial.unwrap_or_default();
    Verdict::Accepted {
        rejected: u64::try_from(partial.rejected_spans).unwrap_or(0),
        message: partial.error_message.chars().take(256).collect(),
    }
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response { status, .. } => write!(f, "the collector answered {status}"),
            Self::NoResponse => f.write_str("the connection ended without an answer"),
            Self::NotSent => f.write_str("the collector cluster is unknown or has no healthy host"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanmesh_core::otlp::messages::ExportTracePartialSuccess;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn only_four_statuses_are_retried() {
        let verdict =
            |status| Outcome::Response { status, retry_after: None, body: b"" }.verdict(0);
        for status in 100..600 {
            let expected = match status {
                200..300 => Verdict::Accepted { rejected: 0, message: String::new() },
                429 | 502 | 503 | 504 => Verdict::TryAgain { after: 0 },
                _ => Verdict::Refused,
            };
            assert_eq!(verdict(status), expected, "{status}");
        }
        assert_eq!(Outcome::NoResponse.verdict(0), Verdict::TryAgain { after: 0 });
        assert_eq!(Outcome::NotSent.verdict(0), Verdict::TryAgain { after: 0 });
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
            let outcome = Outcome::Response { status: 200, retry_after: None, body: &body };
            let message = message.to_owned();
            assert_eq!(outcome.verdict(0), Verdict::Accepted { rejected, message }, "{why}");
        }
    }

    #[test]
    fn retry_after_sets_the_least_wait() {
        let outcome = Outcome::Response { status: 429, retry_after: Some(b"7"), body: b"" };
        assert_eq!(outcome.verdict(0), Verdict::TryAgain { after: 7_000_000_000 });
    }
}
