//! The examples and statements of openzipkin/b3-propagation, README.md at `3e54cda`.

use spanmesh_foreign::Decision::{Debug, Defer, Drop, Sample};
use spanmesh_foreign::Format::{B3, B3Multi};

use super::{Row, check};

const TRACE: &str = "463ac35c9f6413ad48485a3953bb6124";
const SHORT: &str = "48485a3953bb6124";
const SHORT_PADDED: &str = "000000000000000048485a3953bb6124";
const SPAN: &str = "a2fb4a1d1a96d312";
const PARENT: (&str, &str) = ("x-b3-parentspanid", "0020000000000001");
const ID: (&str, &str) = ("x-b3-traceid", TRACE);
const OWN: (&str, &str) = ("x-b3-spanid", SPAN);

const SINGLE: &str = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90";
const SINGLE_IDS: Option<(&str, &str)> =
    Some(("80f198ee56343ba864fe8b2a57d3eff7", "e457b5a2e4d86bd1"));

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("Multiple Headers: the four examples together", &[ID, OWN, PARENT, ("x-b3-sampled", "1")], Some((TRACE, SPAN)), Sample),
    ("Multiple Headers: ids without sampling state", &[ID, OWN], Some((TRACE, SPAN)), Defer),
    ("Multiple Headers: X-B3-Sampled: 0 alone", &[("x-b3-sampled", "0")], None, Drop),
    ("Multiple Headers: X-B3-Sampled: 1 alone", &[("x-b3-sampled", "1")], None, Sample),
    ("Multiple Headers: the first value wins", &[ID, ("x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7"), OWN], Some((TRACE, SPAN)), Defer),
    ("TraceId: 16 characters", &[("x-b3-traceid", SHORT), OWN], Some((SHORT_PADDED, SPAN)), Defer),
    ("TraceId: required beside a span id", &[OWN], None, Defer),
    ("SpanId: required beside a trace id", &[ID], None, Defer),
    ("ParentSpanId: absent on the root span", &[ID, OWN, ("x-b3-sampled", "1")], Some((TRACE, SPAN)), Sample),
    ("Sampling State: deny", &[ID, OWN, ("x-b3-sampled", "0")], Some((TRACE, SPAN)), Drop),
    ("Sampling State: true, of older tracers", &[ID, OWN, ("x-b3-sampled", "true")], Some((TRACE, SPAN)), Sample),
    ("Sampling State: false, of older tracers", &[ID, OWN, ("x-b3-sampled", "false")], Some((TRACE, SPAN)), Drop),
    ("Debug Flag: X-B3-Flags: 1", &[ID, OWN, ("x-b3-flags", "1")], Some((TRACE, SPAN)), Debug),
    ("Debug Flag: any other value is ignored", &[ID, OWN, ("x-b3-flags", "0")], Some((TRACE, SPAN)), Defer),
    ("Single Header: the state of four headers as one", &[("b3", SINGLE)], SINGLE_IDS, Sample),
    ("Single Header: a deny decision", &[("b3", "0")], None, Drop),
    ("Single Header: TraceId and SpanId", &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1")], SINGLE_IDS, Sample),
    ("Single Header: a debug trace", &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d")], SINGLE_IDS, Debug),
    ("Single Header: defer is absence", &[("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1")], SINGLE_IDS, Defer),
    ("Http Encodings: single takes precedence", &[("b3", SINGLE), ID, OWN, ("x-b3-sampled", "0")], SINGLE_IDS, Sample),
];

#[test]
fn the_readme_is_followed() {
    check("B3", "b3-propagation 3e54cda", &[B3, B3Multi], ROWS);
}
