//! W3C Trace Context level 2: the `traceparent` header.
//!
//! ```text
//! traceparent = version "-" trace-id "-" parent-id "-" flags     ; offsets 2, 35 and 52 are "-"
//! version     = 2HEXDIGLC     ; ff is forbidden
//! ```
//!
//! Version 00 is exactly 55 bytes. A higher version may be longer when byte 56 is a dash; what
//! follows is ignored and the header is written as version 00 (section 4.3). Anything else that
//! breaks the grammar, and a field that arrives twice, starts a new trace.

use super::{Decision, Extracted, RemoteParent};
use crate::ids::{SpanId, TraceId, decode};
use crate::request_head::RequestHead;
use crate::span_context::{SpanContext, TraceFlags};
use crate::trace_state::{TraceState, trim_ows};

/// Name of the header.
pub const TRACEPARENT: &str = "traceparent";
/// Name of the companion that carries vendor lists.
pub const TRACESTATE: &str = "tracestate";
/// Length of a version 00 header.
pub const TRACEPARENT_LENGTH: usize = 55;

/// Reads the caller's context from the header list.
pub fn extract(head: &RequestHead) -> Extracted {
    let parsed = head.traceparent().and_then(parse);
    let Some((trace_id, span_id, flags)) = parsed else {
        return Extracted {
            invalid_parent: head.traceparent_count() > 0,
            drop_trace_state: head.has_tracestate(),
            ..Extracted::default()
        };
    };
    let trace_state = TraceState::parse(head.tracestates());
    let invalid = trace_state.is_err();
    let trace_state = trace_state.unwrap_or_default();
    let is_as_written = |value| value == print_parts(trace_id, span_id, flags);
    Extracted {
        canonical: !flags.is_sampled() && head.traceparent().is_some_and(is_as_written),
        decision: Decision::from_flag(flags.is_sampled()),
        // A list without members is not worth sending on (section 3.3.1.1).
        drop_trace_state: head.has_tracestate() && trace_state.is_empty(),
        invalid_trace_state: invalid,
        parent: Some(RemoteParent { trace_id, span_id: Some(span_id), flags, trace_state }),
        invalid_parent: false,
    }
}

/// Reads one `traceparent` value; `None` when it breaks the grammar.
pub fn parse(value: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let (fields, rest) = trim_ows(value).split_first_chunk::<TRACEPARENT_LENGTH>()?;
    let [v0, v1, b'-', rest_of_fields @ ..] = fields else { return None };
    let [version] = decode(&[*v0, *v1])?;
    match (version, rest) {
        (0xff, _) => return None,
        (_, []) => {}
        (1.., [b'-', ..]) => {}
        _ => return None,
    }
    let (trace_id, after) = rest_of_fields.split_first_chunk::<32>()?;
    let [b'-', after @ ..] = after else { return None };
    let (span_id, after) = after.split_first_chunk::<16>()?;
    let [b'-', f0, f1] = after else { return None };
    let [flags] = decode(&[*f0, *f1])?;
    Some((TraceId::from_hex(trace_id)?, SpanId::from_hex(span_id)?, TraceFlags::from_wire(flags)))
}

/// Writes a version 00 header value.
pub fn print(context: &SpanContext) -> [u8; TRACEPARENT_LENGTH] {
    print_parts(context.trace_id, context.span_id, context.flags)
}

fn print_parts(trace_id: TraceId, span_id: SpanId, flags: TraceFlags) -> [u8; TRACEPARENT_LENGTH] {
    let mut out = *b"00-00000000000000000000000000000000-0000000000000000-00";
    let parts: [(usize, &[u8]); 3] =
        [(3, trace_id.as_bytes()), (36, span_id.as_bytes()), (53, &[flags.to_wire()])];
    for (offset, bytes) in parts {
        if let Some(target) = out.get_mut(offset..offset + 2 * bytes.len()) {
            // Cannot fail: the target is twice as long as the bytes.
            let _ = hex::encode_to_slice(bytes, target);
        }
    }
    out
}

#[cfg(test)]
mod tests {
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
}
