//! What the upstream and the sink of one Envoy have seen.

use std::ops::Sub;

/// The ports that stand for the world to one Envoy, so that what arrives is known to be its own.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pub(super) index: usize,
    /// Where its upstream listens.
    pub upstream_port: u16,
    /// Where its collector listens.
    pub collector_port: u16,
}

/// Counts since the site was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that reached the upstream.
    pub requests: u64,
    /// Those of them with a `traceparent` whose sampled flag is set: as many spans must come,
    /// besides those that keep rules promote.
    pub sampled: u64,
    /// Those of them with any `traceparent`.
    pub traced: u64,
    /// Those of them whose `traceparent` is [`UNSAMPLED_PARENT`](super::UNSAMPLED_PARENT).
    pub passed_on: u64,
    /// Export requests that reached the sink.
    pub exports: u64,
    /// Spans in them.
    pub spans: u64,
    /// Bytes of their bodies.
    pub export_bytes: u64,
}

// === impl Tally ===

impl Sub for Tally {
    type Output = Tally;

    fn sub(self, earlier: Tally) -> Tally {
        Tally {
            requests: self.requests - earlier.requests,
            sampled: self.sampled - earlier.sampled,
            traced: self.traced - earlier.traced,
            passed_on: self.passed_on - earlier.passed_on,
            exports: self.exports - earlier.exports,
            spans: self.spans - earlier.spans,
            export_bytes: self.export_bytes - earlier.export_bytes,
        }
    }
}
