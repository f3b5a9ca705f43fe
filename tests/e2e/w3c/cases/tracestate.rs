//! tracestate as a whole: with or without a parent, its name, several fields, whitespace.

use super::{Case, Request, UNSAMPLED};

/// The eight tests about these.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "TraceContextTest.test_tracestate_included_traceparent_missing",
        why: "tracestate without a parent is worth nothing, however many members it has",
        requests: &[
            Request::restarts(&[("tracestate", "foo=1")]),
            Request::restarts(&[("tracestate", "foo=1,bar=2")]),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_included_traceparent_included",
        why: "tracestate goes with its parent",
        requests: &[Request::inherits(
            &[UNSAMPLED, ("tracestate", "foo=1,bar=2")],
            &[&["foo=1", "bar=2"]],
        )],
    },
    Case {
        name: "TraceContextTest.test_tracestate_header_name",
        why: "the name has neither dash nor dot",
        requests: &[
            Request::drops_tracestate(&[UNSAMPLED, ("trace-state", "foo=1")]),
            Request::drops_tracestate(&[UNSAMPLED, ("trace.state", "foo=1")]),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_header_name_valid_casing",
        why: "field names are the same in any case",
        requests: &[
            Request::inherits(&[UNSAMPLED, ("TraceState", "foo=1")], &[&["foo=1"]]),
            Request::inherits(&[UNSAMPLED, ("TrAcEsTaTe", "foo=1")], &[&["foo=1"]]),
            Request::inherits(&[UNSAMPLED, ("TRACESTATE", "foo=1")], &[&["foo=1"]]),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_empty_header",
        why: "an empty field is legal and says nothing",
        requests: &[
            Request::drops_tracestate(&[UNSAMPLED, ("tracestate", "")]),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1"), ("tracestate", "")],
                &[&["foo=1"]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", ""), ("tracestate", "foo=1")],
                &[&["foo=1"]],
            ),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_multiple_headers_different_keys",
        why: "several fields are one list, in the order of arrival",
        requests: &[Request::inherits(
            &[
                UNSAMPLED,
                ("tracestate", "foo=1,bar=2"),
                ("tracestate", "rojo=1,congo=2"),
                ("tracestate", "baz=3"),
            ],
            &[&["foo=1", "bar=2", "rojo=1", "congo=2", "baz=3"]],
        )],
    },
    Case {
        name: "TraceContextTest.test_tracestate_duplicated_keys",
        why: "a repeated key does not spoil the list: both may stay, or one of them",
        requests: &[
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1,foo=1")],
                &[&["foo=1", "foo=1"], &["foo=1"]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1,foo=2")],
                &[&["foo=1", "foo=2"], &["foo=1"], &["foo=2"]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1"), ("tracestate", "foo=1")],
                &[&["foo=1", "foo=1"], &["foo=1"]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1"), ("tracestate", "foo=2")],
                &[&["foo=1", "foo=2"], &["foo=1"], &["foo=2"]],
            ),
        ],
    },
    Case {
        name: "TraceContextTest.test_tracestate_ows_handling",
        why: "spaces and tabs around a member are not part of it",
        requests: &[
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1 \t , \t bar=2, \t baz=3")],
                &[&["foo=1", "bar=2", "baz=3"]],
            ),
            Request::inherits(
                &[UNSAMPLED, ("tracestate", "foo=1\t \t,\t \tbar=2,\t \tbaz=3")],
                &[&["foo=1", "bar=2", "baz=3"]],
            ),
            Request::inherits(&[UNSAMPLED, ("tracestate", " foo=1")], &[&["foo=1"]]),
            Request::inherits(&[UNSAMPLED, ("tracestate", "\tfoo=1")], &[&["foo=1"]]),
            Request::inherits(&[UNSAMPLED, ("tracestate", "foo=1 ")], &[&["foo=1"]]),
            Request::inherits(&[UNSAMPLED, ("tracestate", "foo=1\t")], &[&["foo=1"]]),
            Request::inherits(&[UNSAMPLED, ("tracestate", "\t foo=1 \t")], &[&["foo=1"]]),
        ],
    },
];
