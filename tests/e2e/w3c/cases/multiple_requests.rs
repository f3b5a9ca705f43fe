//! Several callbacks for one request, and the random flag of level 2.

use super::{Case, Request, SAMPLED};

/// The four tests about these.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "AdvancedTest.test_multiple_requests_with_valid_traceparent",
        why: "every outgoing request has a span of its own in the same trace",
        requests: &[Request::joins(&[SAMPLED], 0x01).times(3)],
    },
    Case {
        name: "AdvancedTest.test_multiple_requests_without_traceparent",
        why: "the same in a trace that begins here",
        requests: &[Request::restarts(&[]).times(3)],
    },
    Case {
        name: "AdvancedTest.test_multiple_requests_with_illegal_traceparent",
        why: "the same in a trace that begins here because the parent is bad",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-00000000000000000000000000000000-1234567890123456-01",
        )])
        .times(3)],
    },
    Case {
        name: "TraceContext2Test.test_propagates_random_flag",
        why: "who goes on in a trace passes on how random its id is",
        requests: &[Request::joins(
            &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-02")],
            0x02,
        )],
    },
];
