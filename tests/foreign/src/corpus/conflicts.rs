//! Fields of several formats that contradict each other, each with its own ids.

use crate::Format::{B3, B3Multi, Jaeger, TraceContext, XRay};
use crate::{Context, Decision, Format};

/// Fields of several formats, and which of them a composite of OpenTelemetry follows.
#[derive(Clone, Copy, Debug)]
pub struct Conflict {
    /// The formats, in the order in which the composite has them.
    pub formats: &'static [Format],
    /// The fields.
    pub fields: &'static [(&'static str, &'static str)],
    /// The format whose context is taken.
    pub wins: Option<Format>,
    /// What the case is for.
    pub why: &'static str,
}

const TRACEPARENT: (&str, &str) =
    ("traceparent", "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-aaaaaaaaaaaaaaaa-01");
const SINGLE: (&str, &str) = ("b3", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-bbbbbbbbbbbbbbbb-1");
const MULTI: [(&str, &str); 3] = [
    ("x-b3-traceid", "cccccccccccccccccccccccccccccccc"),
    ("x-b3-spanid", "cccccccccccccccc"),
    ("x-b3-sampled", "1"),
];
const UBER: (&str, &str) =
    ("uber-trace-id", "dddddddddddddddddddddddddddddddd:dddddddddddddddd:0:1");
const AMAZON: (&str, &str) = (
    "x-amzn-trace-id",
    "Root=1-eeeeeeee-eeeeeeeeeeeeeeeeeeeeeeee;Parent=eeeeeeeeeeeeeeee;Sampled=1",
);
const MALFORMED: (&str, &str) = ("b3", "bbbbbbbb-bbbbbbbbbbbbbbbb-1");

#[rustfmt::skip]
const CONFLICTS: &[Conflict] = &[
    Conflict { formats: &[TraceContext, B3], fields: &[TRACEPARENT, SINGLE], wins: Some(B3), why: "the last" },
    Conflict { formats: &[B3, TraceContext], fields: &[TRACEPARENT, SINGLE], wins: Some(TraceContext), why: "the last of the list, whatever the order of fields" },
    Conflict { formats: &[TraceContext, B3], fields: &[TRACEPARENT], wins: Some(TraceContext), why: "an absent one changes nothing" },
    Conflict { formats: &[TraceContext, B3], fields: &[TRACEPARENT, MALFORMED], wins: Some(TraceContext), why: "nor does a malformed one" },
    Conflict { formats: &[TraceContext, B3], fields: &[TRACEPARENT, ("b3", "0")], wins: Some(TraceContext), why: "nor does a decision without ids" },
    Conflict { formats: &[TraceContext, Jaeger, XRay], fields: &[TRACEPARENT, UBER, AMAZON], wins: Some(XRay), why: "the last of three" },
    Conflict { formats: &[XRay, TraceContext, Jaeger], fields: &[AMAZON, UBER], wins: Some(Jaeger), why: "the last that is there" },
    Conflict { formats: &[B3], fields: &[SINGLE, MULTI[0], MULTI[1], MULTI[2]], wins: Some(B3), why: "within B3, the single field comes first" },
    Conflict { formats: &[B3Multi], fields: &[SINGLE, MULTI[0], MULTI[1], MULTI[2]], wins: Some(B3), why: "and is read by either propagator" },
    Conflict { formats: &[B3], fields: &[MULTI[0], MULTI[1], MULTI[2]], wins: Some(B3Multi), why: "as are the others" },
    Conflict { formats: &[B3, Jaeger], fields: &[TRACEPARENT, AMAZON], wins: None, why: "what is not configured is not read" },
];

/// Fields of several formats.
pub fn conflicts() -> impl Iterator<Item = &'static Conflict> {
    CONFLICTS.iter()
}

impl Conflict {
    /// The context that a composite takes. Each format has one digit, which all its ids repeat.
    pub fn context(&self) -> Option<Context> {
        let digit = match self.wins? {
            TraceContext => 0xaa,
            B3 => 0xbb,
            B3Multi => 0xcc,
            Jaeger => 0xdd,
            XRay => 0xee,
            other => panic!("no conflict has fields of {other}"),
        };
        let decision = Decision::Sample;
        Some(Context { trace_id: [digit; 16], span_id: [digit; 8], decision })
    }
}
