//! The parts of traceparent: width, digits and forbidden values of ids and flags.

use super::{Case, Request};

/// The eleven tests about these.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "TraceContextTest.test_traceparent_trace_id_all_zero",
        why: "zero is no trace id",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-00000000000000000000000000000000-1234567890123456-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_trace_id_illegal_characters",
        why: "the trace id is hexadecimal from its first digit to its last",
        requests: &[
            Request::restarts(&[(
                "traceparent",
                "00-.2345678901234567890123456789012-1234567890123456-01",
            )]),
            Request::restarts(&[(
                "traceparent",
                "00-1234567890123456789012345678901.-1234567890123456-01",
            )]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_trace_id_too_long",
        why: "a trace id of 33 digits is not cut to 32, at neither end",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-123456789012345678901234567890123-1234567890123456-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_trace_id_too_short",
        why: "a trace id of 31 digits is not filled up",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-1234567890123456789012345678901-1234567890123456-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_parent_id_all_zero",
        why: "zero is no parent id, and a bad parent id spoils the trace id",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-12345678901234567890123456789012-0000000000000000-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_parent_id_illegal_characters",
        why: "the parent id is hexadecimal from its first digit to its last",
        requests: &[
            Request::restarts(&[(
                "traceparent",
                "00-12345678901234567890123456789012-.234567890123456-01",
            )]),
            Request::restarts(&[(
                "traceparent",
                "00-12345678901234567890123456789012-123456789012345.-01",
            )]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_parent_id_too_long",
        why: "a parent id has 16 digits, not 17",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-12345678901234567890123456789012-12345678901234567-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_parent_id_too_short",
        why: "a parent id has 16 digits, not 15",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-12345678901234567890123456789012-123456789012345-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_trace_flags_illegal_characters",
        why: "the flags are hexadecimal",
        requests: &[
            Request::restarts(&[(
                "traceparent",
                "00-12345678901234567890123456789012-1234567890123456-.0",
            )]),
            Request::restarts(&[(
                "traceparent",
                "00-12345678901234567890123456789012-1234567890123456-0.",
            )]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_trace_flags_too_long",
        why: "the flags have two digits, not three",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-12345678901234567890123456789012-1234567890123456-001",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_trace_flags_too_short",
        why: "the flags have two digits, not one",
        requests: &[Request::restarts(&[(
            "traceparent",
            "00-12345678901234567890123456789012-1234567890123456-1",
        )])],
    },
];
