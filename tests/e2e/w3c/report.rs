//! Telling what went wrong in a case.

use std::fmt::Write;

use super::cases::{Case, Request};
use super::wire::Fields;

/// A paragraph on one request of a case: what was sent, what came, what is wrong with it.
pub fn paragraph(case: &Case, number: usize, callbacks: &[Fields], problems: &[String]) -> String {
    let Case { name, why, requests } = case;
    let Request { send, callbacks: wanted, .. } = &requests[number];
    let mut text = format!("{name}, request {} of {} ({why})\n", number + 1, requests.len());
    let _ = writeln!(text, "  sent, with {wanted} callbacks asked for:");
    for (name, value) in *send {
        let _ = writeln!(text, "    {name}: {value:?}");
    }
    for (index, fields) in callbacks.iter().enumerate() {
        let _ = writeln!(text, "  received in callback {}:", index + 1);
        for (name, value) in trace_fields(fields) {
            let _ = writeln!(text, "    {name}: {:?}", String::from_utf8_lossy(value));
        }
    }
    for problem in problems {
        let _ = writeln!(text, "  wrong: {problem}");
    }
    text
}

/// The fields that a report is about; those of HTTP itself are left out.
pub fn trace_fields(fields: &Fields) -> impl Iterator<Item = &(String, Vec<u8>)> {
    fields.iter().filter(|(name, _)| name.to_lowercase().starts_with("trace"))
}

#[test]
fn a_paragraph_has_everything_that_is_needed_to_understand_it() {
    let case = Case {
        name: "Suite.test_x",
        why: "so it is written",
        requests: &[Request {
            send: &[("traceparent", "a\t"), ("tracestate", "")],
            callbacks: 2,
            trace_id: super::cases::TraceId::New,
            flags: super::cases::Flags::Any,
            tracestate: super::cases::Tracestate::Absent,
        }],
    };
    let callback = |value: &str| {
        let field = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
        vec![field("host", "h"), field("traceparent", value)]
    };
    let text = paragraph(&case, 0, &[callback("b"), callback("c")], &["odd".to_owned()]);
    let expected = "\
Suite.test_x, request 1 of 1 (so it is written)
  sent, with 2 callbacks asked for:
    traceparent: \"a\\t\"
    tracestate: \"\"
  received in callback 1:
    traceparent: \"b\"
  received in callback 2:
    traceparent: \"c\"
  wrong: odd
";
    assert_eq!(text, expected);
}
