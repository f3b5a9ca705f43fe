//! traceparent as a whole: present or not, its name, its number, its version, whitespace.

use super::{Case, Request, SAMPLED};

/// The twelve tests about these.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "TraceContextTest.test_both_traceparent_and_tracestate_missing",
        why: "without a parent a trace begins",
        requests: &[Request::restarts(&[])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_included_tracestate_missing",
        why: "a valid parent is followed, under a span id of the service's own",
        requests: &[Request::joins(&[SAMPLED], 0x01)],
    },
    Case {
        name: "TraceContextTest.test_traceparent_duplicated",
        why: "of two parents neither can be trusted",
        requests: &[Request::restarts(&[
            ("traceparent", "00-12345678901234567890123456789011-1234567890123456-01"),
            ("traceparent", "00-12345678901234567890123456789012-1234567890123456-01"),
        ])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_header_name",
        why: "the name has neither dash nor dot",
        requests: &[
            Request::restarts(&[("trace-parent", SAMPLED.1)]),
            Request::restarts(&[("trace.parent", SAMPLED.1)]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_header_name_valid_casing",
        why: "field names are the same in any case",
        requests: &[
            Request::joins(&[("TraceParent", SAMPLED.1)], 0x01),
            Request::joins(&[("TrAcEpArEnT", SAMPLED.1)], 0x01),
            Request::joins(&[("TRACEPARENT", SAMPLED.1)], 0x01),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_version_0x00",
        why: "version 00 ends after the flags, whatever the rest looks like",
        requests: &[
            Request::restarts(&[(
                "traceparent",
                "00-12345678901234567890123456789012-1234567890123456-01.",
            )]),
            Request::restarts(&[(
                "traceparent",
                "00-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
            )]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_version_0xcc",
        why: "a later version is read as far as it is known; a dash must stand before the rest",
        requests: &[
            Request::joins(
                &[("traceparent", "cc-12345678901234567890123456789012-1234567890123456-01")],
                0x01,
            ),
            Request::joins(
                &[(
                    "traceparent",
                    "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
                )],
                0x01,
            ),
            Request::restarts(&[(
                "traceparent",
                "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like",
            )]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_version_0xff",
        why: "ff is no version and never will be",
        requests: &[Request::restarts(&[(
            "traceparent",
            "ff-12345678901234567890123456789012-1234567890123456-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_version_illegal_characters",
        why: "the version is hexadecimal",
        requests: &[
            Request::restarts(&[(
                "traceparent",
                ".0-12345678901234567890123456789012-1234567890123456-01",
            )]),
            Request::restarts(&[(
                "traceparent",
                "0.-12345678901234567890123456789012-1234567890123456-01",
            )]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_version_too_long",
        why: "the version has two digits, not three or four",
        requests: &[
            Request::restarts(&[(
                "traceparent",
                "000-12345678901234567890123456789012-1234567890123456-01",
            )]),
            Request::restarts(&[(
                "traceparent",
                "0000-12345678901234567890123456789012-1234567890123456-01",
            )]),
        ],
    },
    Case {
        name: "TraceContextTest.test_traceparent_version_too_short",
        why: "the version has two digits, not one",
        requests: &[Request::restarts(&[(
            "traceparent",
            "0-12345678901234567890123456789012-1234567890123456-01",
        )])],
    },
    Case {
        name: "TraceContextTest.test_traceparent_ows_handling",
        why: "spaces and tabs around a field's value are not part of it",
        requests: &[
            Request::joins(
                &[("traceparent", " 00-12345678901234567890123456789012-1234567890123456-01")],
                0x01,
            ),
            Request::joins(
                &[("traceparent", "\t00-12345678901234567890123456789012-1234567890123456-01")],
                0x01,
            ),
            Request::joins(
                &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01 ")],
                0x01,
            ),
            Request::joins(
                &[("traceparent", "00-12345678901234567890123456789012-1234567890123456-01\t")],
                0x01,
            ),
            Request::joins(
                &[("traceparent", "\t 00-12345678901234567890123456789012-1234567890123456-01 \t")],
                0x01,
            ),
        ],
    },
];
