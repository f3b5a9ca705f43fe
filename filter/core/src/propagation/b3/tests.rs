//! The tables follow opentelemetry-go-contrib, propagators/b3/b3_data_test.go, whose rows they all
//! have; what it leaves open is taken from openzipkin/b3-propagation.

use super::*;
use crate::propagation::Propagator;
use crate::propagation::testing::{
    SHORT_TRACE, SPAN, TRACE, context, head, outgoing, reading, wish, written,
};
use Decision::{Debug, Deferred, NotSampled, Sampled};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Well-formed ids of the tables of what is malformed.
const AB: &str = "ab000000000000000000000000000000";
const CD: &str = "cd00000000000000";

/// Reads fields of the form `name: value`, the names without `x-b3-`.
fn read(fields: &[String]) -> Extraction {
    let pairs = fields.iter().filter_map(|field| field.split_once(": "));
    let pairs: Vec<_> = pairs
        .map(|(name, value)| match name {
            "b3" => (name.to_owned(), value),
            part => (format!("x-b3-{part}"), value),
        })
        .collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    extract(&head(Propagator::B3Multi, &pairs))
}

fn single(value: &str) -> Vec<String> {
    vec![format!("b3: {value}")]
}

fn multi(trace: &str, span: &str, others: &[&str]) -> Vec<String> {
    let mut fields = vec![format!("traceid: {trace}"), format!("spanid: {span}")];
    fields.extend(others.iter().map(|&other| other.to_owned()));
    fields
}

fn only(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|&field| field.to_owned()).collect()
}

#[test]
fn well_formed_fields_are_read() {
    let ids = |others: &[&str]| multi(TRACE, SPAN, others);
    let both = |value: String, others: &[&str]| [single(&value), ids(others)].concat();
    let of = |decision| Some(reading(TRACE, SPAN, decision));
    let short = Some(reading(SHORT_TRACE, SPAN, Deferred));
    let plain = format!("{TRACE}-{SPAN}");
    let cases: Vec<(Vec<String>, Option<Reading>, &str)> = vec![
        (vec![], None, "empty"),
        (ids(&[]), of(Deferred), "many: no state"),
        (ids(&["sampled: 0"]), of(NotSampled), "many: deny"),
        (ids(&["sampled: 1"]), of(Sampled), "many: accept"),
        (ids(&["sampled: true"]), of(Sampled), "many: accept, as older tracers write it"),
        (ids(&["sampled: false"]), of(NotSampled), "many: deny, as older tracers write it"),
        (ids(&["sampled: True"]), of(Sampled), "many: Go compares in lower case"),
        (ids(&["flags: 1"]), of(Debug), "many: debug"),
        (ids(&["flags: 2", "sampled: 1"]), of(Sampled), "many: other flags mean nothing"),
        (ids(&["flags: 1", "sampled: 0"]), of(Debug), "many: debug implies acceptance"),
        (ids(&["sampled: 1", "parentspanid: 00f067aa0ba90200"]), of(Sampled), "many: a parent"),
        (only(&["sampled: 0"]), Some(wish(NotSampled)), "many: a decision alone"),
        (only(&["sampled: 1"]), Some(wish(Sampled)), "many: an acceptance alone"),
        (only(&["flags: 1"]), Some(wish(Debug)), "many: debug alone"),
        (only(&["flags: 0"]), None, "many: flags that mean nothing alone"),
        (multi(SHORT_TRACE, SPAN, &[]), short, "many: an id of 64 bits"),
        (ids(&["traceid: x", "sampled: 1", "sampled: 0"]), of(Sampled), "the first field counts"),
        (ids(&["sampled:  1 "]), of(Sampled), "white space around a value"),
        (ids(&["sampled: "]), of(Deferred), "an empty field is none"),
        (single(&plain), of(Deferred), "single: no state"),
        (single(&format!("{plain}-0")), of(NotSampled), "single: deny"),
        (single(&format!("{plain}-1")), of(Sampled), "single: accept"),
        (single(&format!("{plain}-d")), of(Debug), "single: debug"),
        (single(&format!("{plain}-1-00000000000000cd")), of(Sampled), "single: a parent"),
        (single("0"), Some(wish(NotSampled)), "single: a denial alone"),
        (single("1"), Some(wish(Sampled)), "single: an acceptance alone"),
        (single("d"), Some(wish(Debug)), "single: debug alone"),
        (single(&format!("{SHORT_TRACE}-{SPAN}")), short, "single: an id of 64 bits"),
        (single(&format!(" {plain}-1 ")), of(Sampled), "white space around the value"),
        (both(format!("{plain}-1"), &["sampled: 0"]), of(Sampled), "both: the single one counts"),
        (both(format!("{plain}-"), &["sampled: 0"]), of(NotSampled), "both: single is malformed"),
        (both(format!("{plain}-1"), &["sampled: invalid"]), of(Sampled), "both: many malformed"),
        (both("0".into(), &["sampled: 1"]), Some(wish(NotSampled)), "both: as in Zipkin's Brave"),
        (both(String::new(), &["sampled: 1"]), of(Sampled), "both: the single one is empty"),
    ];
    for (fields, expected, why) in cases {
        assert_eq!(read(&fields), Ok(expected), "{why}: {fields:?}");
    }
}

#[test]
fn malformed_fields_are_refused() {
    let zeros = |digits| "0".repeat(digits);
    let ab = |digits: usize| format!("ab{}", zeros(digits - 2));
    let cases: Vec<(Vec<String>, &str)> = vec![
        (multi(&ab(34), CD, &["sampled: 1"]), "many: 34 digits in a trace id"),
        (multi(&ab(28), CD, &["sampled: 1"]), "many: 28 digits in a trace id"),
        (multi(&ab(12), CD, &["sampled: 1"]), "many: 12 digits in a trace id"),
        (multi(AB, &format!("{CD}00"), &["sampled: 1"]), "many: 18 digits in a span id"),
        (multi(AB, CD, &["sampled: 10"]), "many: no such state"),
        (multi(&AB.replace("ab", "qw"), CD, &["sampled: 1"]), "many: a trace id that is none"),
        (multi(AB, &CD.replace("cd", "qw"), &["sampled: 1"]), "many: a span id that is none"),
        (multi(AB, CD, &["sampled: d"]), "many: debug is told by flags"),
        (multi(&AB.to_uppercase(), CD, &["sampled: 1"]), "many: trace id in upper case"),
        (multi(AB, &CD.to_uppercase(), &["sampled: 1"]), "many: span id in upper case"),
        (multi(&zeros(32), CD, &["sampled: 1"]), "many: zero trace id"),
        (multi(AB, &zeros(16), &["sampled: 1"]), "many: zero span id"),
        (vec![format!("traceid: {AB}"), "sampled: 1".into()], "many: no span id"),
        (vec![format!("spanid: {CD}"), "sampled: 1".into()], "many: no trace id"),
        (vec![format!("parentspanid: {CD}")], "many: a parent alone"),
        (multi(AB, CD, &["parentspanid: x"]), "many: a parent that is none"),
        (single(&format!("{AB}00-{CD}-1")), "single: 34 digits in a trace id"),
        (single(&format!("{AB}-{CD}00-1")), "single: 18 digits in a span id"),
        (single(&format!("00-{AB}-{CD}-01")), "single: it is a traceparent"),
        (single(&format!("{AB}-{CD}-1-{CD}00")), "single: 18 digits in a parent"),
        (single(&format!("{}-{CD}-1", AB.replace("ab", "qw"))), "single: no trace id"),
        (single(&format!("{AB}-{}-1", CD.replace("cd", "qw"))), "single: no span id"),
        (single(&format!("{AB}-{CD}-q")), "single: no such state"),
        (single(&format!("{AB}-{CD}-1-{}", CD.replace("cd", "qw"))), "single: no parent"),
        (single(&format!("{}-{CD}-1", AB.to_uppercase())), "single: trace id in upper case"),
        (single(&format!("{AB}-{}-1", CD.to_uppercase())), "single: span id in upper case"),
        (single(&format!("{AB}-{CD}-1-EF00000000000000")), "single: parent in upper case"),
        (single(&format!("{}-{}-1", zeros(32), zeros(16))), "single: zero ids"),
        (single(&format!("{AB}-{CD}-true")), "single: states are one character"),
        (single(&format!("{AB}-{CD}-")), "single: an empty state"),
        (single(&format!("{AB}-{CD}-{CD}")), "single: a parent without a state"),
        (single(&format!("{AB}-{CD}-1-{CD}-")), "single: more parts than there are"),
        (single(AB), "single: a trace id alone"),
    ];
    for (fields, why) in cases {
        assert_eq!(read(&fields), Err(Malformed), "{why}: {fields:?}");
    }
}

#[test]
fn what_is_written() {
    let cases = [
        (TRACE, true, false, "1", "sampled: 1", "accept"),
        (TRACE, false, false, "0", "sampled: 0", "deny"),
        (TRACE, true, true, "d", "flags: 1", "debug takes the place of acceptance"),
        (TRACE, false, true, "0", "sampled: 0", "what is not sampled is not debugged"),
        (SHORT_TRACE, true, false, "1", "sampled: 1", "64 bits stay 64 bits"),
    ];
    for (trace, sampled, debug, state, field, why) in cases {
        let context = context(trace, sampled);
        let outgoing = Outgoing { debug, ..outgoing(&context, None) };
        let single = written(|set| inject_single(&outgoing, set));
        assert_eq!(single, format!("b3: {trace}-{SPAN}-{state}"), "{why}");
        let multi = written(|set| inject_multi(&outgoing, set));
        let expected = format!("x-b3-traceid: {trace}\nx-b3-spanid: {SPAN}\nx-b3-{field}");
        assert_eq!(multi, expected, "{why}");
    }
}
