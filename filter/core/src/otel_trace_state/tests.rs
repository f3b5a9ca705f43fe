use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What a row expects: the texts of `rv` and `th`, and the other pairs. `None`: refused.
type Expected<'a> = Option<(Option<&'a str>, Option<&'a str>, Vec<&'a str>)>;

fn found(text: &str) -> Expected<'_> {
    let state = OtelTraceState::parse(text)?;
    let text_of = |key: &str| text.split(';').find_map(|pair| pair.strip_prefix(key));
    let others = state.others.iter().filter(|pair| !pair.starts_with("rv:")).copied().collect();
    Some((
        state.randomness.and_then(|_| text_of("rv:")),
        state.threshold.and_then(|_| text_of("th:")),
        others,
    ))
}

/// The cases of the Collector's `pkg/sampling/oteltracestate_test.go`
/// (`TestParseOpenTelemetryTraceState`). Where it reports a number of the wrong size as an error
/// and keeps the rest, this parser keeps the rest too.
#[test]
fn parses_as_the_collector_does() {
    let long = |count: usize| format!("x:{}", "_".repeat(count));
    let (too_long, longest) = (long(255), long(254));
    let th = |value, others: &[&'static str]| Some((None, Some(value), others.to_vec()));
    let rv = |value, others: &[&'static str]| Some((Some(value), None, others.to_vec()));
    let rest = |others: &[&'static str]| Some((None, None, others.to_vec()));
    let cases: Vec<(&str, Expected<'_>)> = vec![
        ("th:2", th("2", &[])),
        ("th:ab", th("ab", &[])),
        ("th:abcdefabcdefab", th("abcdefabcdefab", &[])),
        ("th:1000", th("1000", &[])),
        ("", None),
        ("th:1;", None),
        ("th:1=p:2", None),
        ("th:1;p:2=s:3", None),
        (":1;p:2=s:3", None),
        (":;p:2=s:3", None),
        (":;:", None),
        (":", None),
        ("th:;p=1", None),
        ("th:$", None),
        ("th:0x1p+3", None),
        ("th:14.5", rest(&[])),
        ("th:-1", rest(&[])),
        ("th:ffffffffffffffff", rest(&[])),
        ("th:100000000000000", rest(&[])),
        ("e100:1", rest(&["e100:1"])),
        ("e1:1;e2:2", rest(&["e1:1", "e2:2"])),
        ("th:2;extra:stuff", th("2", &["extra:stuff"])),
        ("extra:stuff;th:2", th("2", &["extra:stuff"])),
        ("e100:100;th:1;e101:101", th("1", &["e100:100", "e101:101"])),
        ("th:1;e100:100;e101:101", th("1", &["e100:100", "e101:101"])),
        ("e100:100;e101:101;th:1", th("1", &["e100:100", "e101:101"])),
        ("1:1;u:V", None),
        ("X:1;u:V", None),
        ("x:1;u:V", rest(&["x:1", "u:V"])),
        ("rv:22222222222222;extra:stuff", rv("22222222222222", &["extra:stuff"])),
        ("extra:stuff;rv:22222222222222", rv("22222222222222", &["extra:stuff"])),
        ("rv:ffffffffffffff", rv("ffffffffffffff", &[])),
        ("rv:100000000000000", rest(&[])),
        ("rv:fffffffffffffffff", rest(&[])),
        ("rv:3;p:2", rest(&["p:2"])),
        ("x:1;", None),
        ("x:", rest(&["x:"])),
        ("x:0X1FFF;y:.-_-.;z:", rest(&["x:0X1FFF", "y:.-_-.", "z:"])),
        ("x1y2z3:1-2-3;y1:y_1;xy:-;th:50", th("50", &["x1y2z3:1-2-3", "y1:y_1", "xy:-"])),
        (&too_long, None),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text), expected, "{text}");
    }
    assert_eq!(found(&longest), Some((None, None, vec![longest.as_str()])));
}

#[test]
fn a_new_threshold_replaces_the_old_and_nothing_else() {
    let eighth = Threshold::parse("e");
    let cases = [
        ("rv:10000000000000;th:3;a:b;c:d", eighth, Some("th:e;rv:10000000000000;a:b;c:d"), "set"),
        ("th:8", None, None, "erased, nothing left"),
        ("th:8;rv:10000000000000", None, Some("rv:10000000000000"), "rv is never erased"),
        ("a:b", eighth, Some("th:e;a:b"), "added"),
        ("rv:3;a:b", None, Some("a:b"), "what is no rv is not passed on"),
    ];
    for (text, threshold, expected, why) in cases {
        let state = OtelTraceState::parse(text).unwrap();
        assert_eq!(state.with_threshold(threshold).as_deref(), expected, "{why}");
    }
    let full = format!("x:{}", "_".repeat(254));
    assert_eq!(OtelTraceState::parse(&full).unwrap().with_threshold(eighth), None, "too long");
}
