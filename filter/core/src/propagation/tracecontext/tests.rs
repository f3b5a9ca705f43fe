use super::*;
use crate::header_map::serialise;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

fn flags_of(value: &str) -> Option<u8> {
    parse(value.as_bytes()).map(|(_, _, flags)| flags.to_wire())
}

#[test]
fn follows_the_table_of_the_specification() {
    let cases = [
        (format!("00-{IDS}-01"), Some(1), "an ordinary header"),
        (format!("00-{IDS}-03"), Some(3), "sampled and random"),
        (format!("00-{IDS}-ff"), Some(3), "unknown flags are cleared"),
        (format!("00-{IDS}-fc"), Some(0), "only unknown flags"),
        (format!(" \t00-{IDS}-01\t "), Some(1), "white space around the value"),
        (format!("00-{IDS}-01."), None, "version 00 is exactly 55 bytes"),
        (format!("00-{IDS}-01-what"), None, "version 00 has no more fields"),
        (format!("00-{IDS}-01-"), None, "not even a trailing dash"),
        (format!("01-{IDS}-01"), Some(1), "a future version of 55 bytes"),
        (format!("cc-{IDS}-01-what-ever"), Some(1), "a future version with more fields"),
        (format!("cc-{IDS}-01-"), Some(1), "a bare trailing dash"),
        (format!("cc-{IDS}-01.what"), None, "a future version without the dash"),
        (format!("cc-{IDS}-0"), None, "a future version that is too short"),
        (format!("ff-{IDS}-01"), None, "version ff is forbidden"),
        (format!("0-{IDS}-01"), None, "one-digit version"),
        (format!("000-{IDS}-01"), None, "three-digit version"),
        (format!("0x-{IDS}-01"), None, "version is no number"),
        (format!("00-{IDS}-0g"), None, "flags are no number"),
        (format!("00-{IDS}-1"), None, "one-digit flags"),
        (format!("00-{IDS}-0A"), None, "upper-case flags"),
        (format!("00_{IDS}-01"), None, "a delimiter that is no dash"),
        (format!("00-{IDS}-01,00-{IDS}-01"), None, "two values merged into one field"),
        (format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)), None, "all-zero trace id"),
        (format!("00-{}-{}-01", "a".repeat(32), "0".repeat(16)), None, "all-zero parent id"),
        (format!("00-{}-{}-01", "A".repeat(32), "a".repeat(16)), None, "upper-case trace id"),
        (format!("00-{}-{}-01", "a".repeat(31), "a".repeat(17)), None, "wrong field widths"),
        ("00-".to_owned() + &"0".repeat(52), None, "zeros where dashes belong"),
        (String::new(), None, "empty"),
    ];
    for (value, expected, why) in cases {
        assert_eq!(flags_of(&value), expected, "{why}: {value}");
    }
}

#[test]
fn a_list_spoils_only_itself() {
    let parent = format!("00-{IDS}-01");
    let extract_from = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        extract(&RequestHead::new(serialise(pairs)))
    };
    let bad_list = extract_from(&[(TRACEPARENT, &parent), (TRACESTATE, "foo")]);
    assert!(bad_list.parent.is_some() && bad_list.drop_trace_state);
    assert!(bad_list.invalid_trace_state && !bad_list.invalid_parent);

    let empty = extract_from(&[(TRACEPARENT, &parent), (TRACESTATE, " ,")]);
    assert!(empty.parent.is_some() && empty.drop_trace_state && !empty.invalid_trace_state);

    let orphan = extract_from(&[(TRACESTATE, "foo=1")]);
    assert!(orphan.parent.is_none() && orphan.drop_trace_state && !orphan.invalid_parent);

    let twice = extract_from(&[(TRACEPARENT, &parent), (TRACEPARENT, &parent)]);
    assert!(twice.parent.is_none() && twice.invalid_parent && !twice.drop_trace_state);

    let split = [(TRACESTATE, "a=1"), (TRACEPARENT, parent.as_str()), (TRACESTATE, "b=2")];
    let split = extract_from(&split).parent.unwrap();
    assert_eq!(split.trace_state.as_str(), "a=1,b=2");

    assert_eq!(extract_from(&[]), Extracted::default());
}

#[test]
fn printing_gives_back_what_was_parsed() {
    let value = format!("00-{IDS}-03");
    let (trace_id, span_id, flags) = parse(value.as_bytes()).unwrap();
    let trace_state = TraceState::default();
    let context = SpanContext { trace_id, span_id, flags, trace_state };
    assert_eq!(print(&context).as_slice(), value.as_bytes());
}
