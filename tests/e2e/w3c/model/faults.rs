//! Which official tests notice which mistake.

use super::Behaviour::{self, *};
use super::callbacks;
use crate::w3c::cases::{self, Case, Flags, TraceId};
use crate::w3c::check::violations;

/// Behaviours that fail no test.
const RIGHT: &[Behaviour] = &[Right, RightUntouched, RightWithoutRepeats];

/// Mistakes that every test notices, because nothing valid is sent.
const FAIL_ALL: &[Behaviour] = &[AddsTraceparent, SendsLaterVersion, SendsCapitals];

/// Mistakes, and the tests that notice them: names without the suite and `test_`.
const FAIL_SOME: &[(Behaviour, &[&str])] = &[
    (
        IgnoresOutbound,
        &[
            "multiple_requests_with_valid_traceparent",
            "multiple_requests_without_traceparent",
            "multiple_requests_with_illegal_traceparent",
        ],
    ),
    (
        ReadsFirstField,
        &[
            "traceparent_duplicated",
            "tracestate_empty_header",
            "tracestate_multiple_headers_different_keys",
            "tracestate_member_count_limit",
            "tracestate_key_length_limit",
        ],
    ),
    (
        ReadsLastField,
        &[
            "traceparent_duplicated",
            "tracestate_empty_header",
            "tracestate_multiple_headers_different_keys",
            "tracestate_member_count_limit",
            "tracestate_key_length_limit",
        ],
    ),
    (MindsCase, &["traceparent_header_name_valid_casing", "tracestate_header_name_valid_casing"]),
    (GuessesNames, &["traceparent_header_name", "tracestate_header_name"]),
    (KeepsWhitespace, &["traceparent_ows_handling"]),
    (KnowsOnlyVersion00, &["traceparent_version_0xcc"]),
    (AllowsVersionFf, &["traceparent_version_0xff"]),
    (
        AllowsTrailingData,
        &[
            "traceparent_version_0x00",
            "traceparent_version_0xcc",
            "traceparent_trace_flags_too_long",
        ],
    ),
    (
        AllowsZeroIds,
        &[
            "traceparent_trace_id_all_zero",
            "traceparent_parent_id_all_zero",
            "multiple_requests_with_illegal_traceparent",
        ],
    ),
    (
        FitsWidths,
        &[
            "traceparent_version_0x00",
            "traceparent_version_too_long",
            "traceparent_version_too_short",
            "traceparent_trace_id_too_long",
            "traceparent_trace_id_too_short",
            "traceparent_parent_id_too_long",
            "traceparent_parent_id_too_short",
            "traceparent_trace_flags_too_long",
            "traceparent_trace_flags_too_short",
        ],
    ),
    (
        GuessesDigits,
        &[
            "traceparent_version_illegal_characters",
            "traceparent_trace_id_illegal_characters",
            "traceparent_parent_id_illegal_characters",
            "traceparent_trace_flags_illegal_characters",
        ],
    ),
    (ForgetsRandom, &["propagates_random_flag"]),
    (KeepsOrphans, &["tracestate_included_traceparent_missing"]),
    (
        KeepsBadList,
        &[
            "tracestate_key_illegal_characters",
            "tracestate_key_illegal_vendor_format",
            "tracestate_member_count_limit",
            "tracestate_key_length_limit",
            "tracestate_value_illegal_characters",
        ],
    ),
    (
        DropsBadMemberOnly,
        &[
            "tracestate_key_illegal_vendor_format",
            "tracestate_key_length_limit",
            "tracestate_value_illegal_characters",
        ],
    ),
    (CutsTo32, &["tracestate_member_count_limit"]),
    (AllowsOnly31, &["tracestate_member_count_limit"]),
    (KnowsLevel1Keys, &["tracestate_key_illegal_vendor_format", "tracestate_key_length_limit"]),
    (
        RepairsKeys,
        &[
            "tracestate_key_illegal_characters",
            "tracestate_key_illegal_vendor_format",
            "tracestate_key_length_limit",
        ],
    ),
    (TrimsValues, &["tracestate_all_allowed_characters"]),
    (RefusesEmptyMembers, &["tracestate_empty_header"]),
    (RefusesWhitespace, &["tracestate_ows_handling"]),
    (RefusesTabs, &["tracestate_ows_handling"]),
    (RefusesRepeats, &["tracestate_duplicated_keys"]),
    (
        Sorts,
        &[
            "tracestate_included_traceparent_included",
            "tracestate_multiple_headers_different_keys",
            "tracestate_ows_handling",
            "tracestate_key_illegal_vendor_format",
        ],
    ),
    (SendsEmptyField, &["tracestate_empty_header"]),
];

#[test]
fn what_is_right_fails_nothing() {
    for behaviour in RIGHT {
        assert_fails(*behaviour, |_| false);
    }
}

#[test]
fn what_sends_nothing_valid_fails_everywhere() {
    for behaviour in FAIL_ALL {
        assert_fails(*behaviour, |_| true);
    }
}

#[test]
fn a_mistake_fails_the_tests_about_it_and_no_others() {
    for (behaviour, tests) in FAIL_SOME {
        for test in *tests {
            assert!(cases::all().any(|case| short(case) == *test), "no test {test}");
        }
        assert_fails(*behaviour, |case| tests.contains(&short(case)));
    }
}

#[test]
fn a_mistake_about_joining_fails_wherever_a_trace_goes_on() {
    let joins = |case: &Case| {
        case.requests.iter().any(|request| matches!(request.trace_id, TraceId::Kept(_)))
    };
    let has_three_callbacks = |case: &Case| case.name.starts_with("AdvancedTest");
    for behaviour in [PassesOn, StartsAtEveryHop] {
        assert_fails(behaviour, |case| joins(case) || has_three_callbacks(case));
    }
    assert_fails(SamplesAll, |case| {
        case.requests.iter().any(|request| matches!(request.flags, Flags::Kept(0x00 | 0x02)))
    });
}

/// Fails unless exactly the cases that `expected` names are found to fail.
fn assert_fails(behaviour: Behaviour, expected: impl Fn(&Case) -> bool) {
    for case in cases::all() {
        let problems: Vec<_> = case
            .requests
            .iter()
            .flat_map(|request| violations(request, &callbacks(behaviour, request)))
            .collect();
        let fails = !problems.is_empty();
        assert_eq!(fails, expected(case), "{behaviour:?} in {}: {problems:#?}", case.name);
    }
}

/// The name of a case as the tables here have it.
fn short(case: &Case) -> &'static str {
    case.name.split_once(".test_").map_or(case.name, |(_, name)| name)
}
