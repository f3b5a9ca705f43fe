//! Consistent probability sampling: OpenTelemetry specification v1.60.0, `specification/trace/`
//! tracestate-probability-sampling.md and tracestate-handling.md.

use spanmesh_core::ids::TraceId;
use spanmesh_core::otel_trace_state::OtelTraceState;
use spanmesh_core::sampling::{Threshold, parse_randomness};
use spanmesh_harness::Documented;

/// The table of thresholds for "1 in N", at the recommended precision of 4 digits.
const THRESHOLDS: [(f64, &str); 13] = [
    (1.0, "0"),
    (2.0, "8"),
    (3.0, "aaab"),
    (4.0, "c"),
    (5.0, "cccd"),
    (8.0, "e"),
    (10.0, "e666"),
    (16.0, "f"),
    (100.0, "fd70a"),
    (1_000.0, "ffbe77"),
    (10_000.0, "fff9724"),
    (100_000.0, "ffff583a"),
    (1_000_000.0, "ffffef39"),
];

/// Values of `th` as the grammar has them (`1*14 lower-case hex`), and what they stand for.
const READ: [(&str, Option<&str>, &str); 12] = [
    ("0", Some("0"), "handling: ot=th:0, all"),
    ("c", Some("c"), "handling: ot=th:c, one in four"),
    ("fd70a4", Some("fd70a4"), "probability: 1 % with 5 digits"),
    ("fd70a400000000", Some("fd70a4"), "probability: trailing zeros are removed"),
    ("00000000000001", Some("00000000000001"), "leading zeros count"),
    ("ffffffffffffff", Some("ffffffffffffff"), "the least probability, 2^-56"),
    ("", None, "at least one digit"),
    ("000000000000000", None, "at most 14"),
    ("C", None, "lower case"),
    ("0x8", None, "no prefix"),
    ("-8", None, "no sign"),
    ("8g", None, "hex"),
];

/// `ot=` of a parent, its trace id, and whether R >= T keeps it (probability, "Rejection threshold").
const DECISIONS: [(&str, &str, bool, &str); 9] = [
    ("th:0", ZERO_RANDOM, true, "T = 0 keeps every R"),
    ("th:c", "0000000000000000ffc0000000000000", true, "R = T is kept"),
    ("th:c", "0000000000000000ffbfffffffffffff", false, "R = T - 1 is not"),
    ("th:c;rv:c0000000000000", ZERO_RANDOM, true, "rv replaces the trace id's"),
    ("th:c;rv:bfffffffffffff", ALL_RANDOM, false, "both ways"),
    ("th:6e6d1a75832a2f;rv:6e6d1a75832a2f", ZERO_RANDOM, true, "handling: the example of rv"),
    ("th:6e6d1a75832a3;rv:6e6d1a75832a2f", ZERO_RANDOM, false, "padded on the right"),
    ("th:8;rv:8", ALL_RANDOM, true, "an rv of one digit is none"),
    ("th:8;rv:8000000000000000", ZERO_RANDOM, false, "nor is one of 16"),
];

/// The randomness is the right-most 56 bits.
const ZERO_RANDOM: &str = "ffffffffffffffffff00000000000000";
const ALL_RANDOM: &str = "000000000000000001ffffffffffffff";

fn trace_id(hex_digits: &str) -> TraceId {
    let bytes = hex::decode(hex_digits).unwrap();
    TraceId::from_bytes(bytes.try_into().unwrap()).unwrap()
}

#[test]
fn the_specification_is_followed() {
    for (one_in, expected) in THRESHOLDS {
        let threshold = Threshold::from_probability(1.0 / one_in).unwrap();
        assert_eq!(threshold.to_string(), expected, "1 in {one_in}");
    }
    for (text, expected, original) in READ {
        let read = Threshold::parse(text).map(|threshold| threshold.to_string());
        assert_eq!(read.as_deref(), expected, "{original}: {text:?}");
    }
    for (list, id, expected, original) in DECISIONS {
        let state = OtelTraceState::parse(list).unwrap();
        let randomness = state.randomness.unwrap_or_else(|| trace_id(id).randomness());
        let kept = state.threshold.unwrap().keeps(randomness);
        assert_eq!(kept, expected, "{original}: {list} {id}");
    }
    assert_eq!(parse_randomness("6e6d1a75832a2f"), Some(0x6e_6d1a_7583_2a2f));
    let cases = THRESHOLDS.len() + READ.len() + DECISIONS.len();
    Documented::assert("Consistent probability sampling", "specification 1.60.0", cases);
}
