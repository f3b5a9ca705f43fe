//! The trace context that a request brings: none, good, bad, or of another format.

use super::dice::Dice;
use super::wire::Fields;

/// What is certain of a context, whichever of the configurations reads it.
#[derive(Clone, Debug, PartialEq)]
pub enum Context {
    /// There is none, or nobody can say what it is worth.
    Uncertain,
    /// One good `traceparent` and nothing else.
    Good {
        /// The trace id in hex.
        trace_id: String,
        /// The caller's span id in hex.
        parent_id: String,
        /// Whether the caller sampled.
        sampled: bool,
    },
}

/// Field names of all formats of trace context, and of what tells the hop above of a kept trace. All
/// that the filter may write is among them.
pub fn is_context(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "traceparent",
        "tracestate",
        "baggage",
        "b3",
        "uber-trace-id",
        "x-amzn-trace-id",
        "x-spanmesh-kept",
    ];
    const PREFIXES: [&str; 5] = ["x-b3-", "x-datadog-", "ot-tracer-", "ot-baggage-", "uberctx-"];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The fields of a context.
pub fn context(dice: &mut Dice) -> (Context, Fields) {
    let trace_id = format!("{:016x}{:016x}", dice.number() | 1, dice.number());
    let parent_id = format!("{:016x}", dice.number() | 1);
    let parent = |flags: &str| format!("00-{trace_id}-{parent_id}-{flags}");
    let field = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    match dice.within(0, 9) {
        0..=2 => (Context::Uncertain, Vec::new()),
        3..=6 => {
            let sampled = dice.percent(75);
            let mut fields = vec![field("traceparent", &parent(if sampled { "01" } else { "00" }))];
            if dice.percent(40) {
                fields.push(("tracestate".to_owned(), trace_state(dice)));
            }
            (Context::Good { trace_id, parent_id, sampled }, fields)
        }
        7 => (Context::Uncertain, malformed(dice, &parent("01"))),
        8 => {
            let (foreign, name) = foreign(dice, &trace_id, &parent_id);
            (Context::Uncertain, vec![field(name, &foreign)])
        }
        _ => {
            // Several at once, which may contradict each other, and baggage of any kind.
            let (foreign, name) = foreign(dice, &trace_id, &parent_id);
            let baggage = *dice.pick(&["a=1,b=2;meta", "=,=,,", "k=\"", "a=%zz", ""]);
            let fields = vec![
                field(name, &foreign),
                field("traceparent", &parent("01")),
                field("baggage", baggage),
            ];
            (Context::Uncertain, fields)
        }
    }
}

/// A value of `tracestate`, good or bad: a bad one takes nothing from the `traceparent`.
fn trace_state(dice: &mut Dice) -> Vec<u8> {
    match dice.within(0, 5) {
        0 => b"a=1,b=2".to_vec(),
        1 => b"ot=th:8,other=x".to_vec(),
        2 => (0..40).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join(",").into_bytes(),
        3 => vec![b'x'; 5_000],
        4 => b"\xff\xfe=\x80".to_vec(),
        _ => b"=,,=".to_vec(),
    }
}

/// A `traceparent` that is none, or two of them.
fn malformed(dice: &mut Dice, good: &str) -> Fields {
    let one = |value: &[u8]| vec![("traceparent".to_owned(), value.to_vec())];
    match dice.within(0, 7) {
        0 => one(b""),
        1 => one(b"00-00000000000000000000000000000000-0000000000000000-01"),
        2 => one(format!("ff{}", &good[2..]).as_bytes()),
        3 => one(good.to_ascii_uppercase().replace('-', "_").as_bytes()),
        4 => one(&(128..=255).collect::<Vec<u8>>()),
        5 => one(&vec![b'0'; 8_192]),
        6 => [one(good.as_bytes()), one(good.as_bytes())].concat(),
        _ => one(&good.as_bytes()[..40]),
    }
}

/// A context of another format, good or nearly so.
fn foreign(dice: &mut Dice, trace_id: &str, span_id: &str) -> (String, &'static str) {
    match dice.within(0, 6) {
        0 => (format!("{trace_id}-{span_id}-1"), "b3"),
        1 => (format!("{trace_id}-{span_id}-{span_id}-{span_id}"), "b3"),
        2 => (format!("{trace_id}:{span_id}:0:1"), "uber-trace-id"),
        3 => (format!("{}:::", &trace_id[..9]), "uber-trace-id"),
        4 => {
            let root = format!("1-{}-{}", &trace_id[..8], &trace_id[8..]);
            (format!("Root={root};Parent={span_id};Sampled=1"), "x-amzn-trace-id")
        }
        5 => ("18446744073709551616".to_owned(), "x-datadog-trace-id"),
        _ => (trace_id.to_owned(), "x-b3-traceid"),
    }
}
