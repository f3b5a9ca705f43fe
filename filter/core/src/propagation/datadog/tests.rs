//! The tables follow the tests of dd-trace-rs (src/propagation/{datadog,tracecontext}.rs) and
//! dd-trace-go (ddtrace/tracer/textmap_test.go).

use super::*;
use crate::propagation::Propagator;
use crate::propagation::testing::{
    SHORT_TRACE, SPAN, TRACE, context, head, outgoing, reading, written,
};
use crate::span_context::SpanContext;
use crate::trace_state::TraceState;
use crate::trust::{Crossing, OnForeignContext};
use Decision::{Deferred, NotSampled, Sampled};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The lower half of [`TRACE`], its upper half, and [`SPAN`].
const LOW: &str = "11803532876627986230";
const TID: &str = "_dd.p.tid=4bf92f3577b34da6";
const PARENT: &str = "67667974448284343";

/// Fields of the form `name: value`, the names without `x-datadog-`.
fn arrived(fields: &str) -> RequestHead {
    let pairs = fields.split('\n').filter_map(|field| field.split_once(": "));
    let pairs: Vec<_> = pairs.map(|(name, value)| (format!("x-datadog-{name}"), value)).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    head(Propagator::Datadog, &pairs)
}

#[test]
fn what_is_read() {
    let ids = format!("trace-id: {LOW}\nparent-id: {PARENT}");
    let of = |decision| Ok(Some(reading(SHORT_TRACE, SPAN, decision)));
    let long = Ok(Some(reading(TRACE, SPAN, Deferred)));
    let no_span = Ok(Some(reading(SHORT_TRACE, "", Deferred)));
    let largest = Ok(Some(reading("ffffffffffffffff", "", Deferred)));
    let padded = format!("{TID},_dd.p.x={}", "y".repeat(512 - TID.len() - ",_dd.p.x=".len()));
    let cases = [
        (String::new(), Ok(None), "empty"),
        (ids.clone(), of(Deferred), "no priority"),
        (format!("{ids}\nsampling-priority: 1"), of(Sampled), "automatically kept"),
        (format!("{ids}\nsampling-priority: 2"), of(Sampled), "kept by a user"),
        (format!("{ids}\nsampling-priority: 0"), of(NotSampled), "automatically dropped"),
        (format!("{ids}\nsampling-priority: -1"), of(NotSampled), "dropped by a user"),
        (format!("{ids}\nsampling-priority: 42"), of(Sampled), "above zero"),
        (format!("{ids}\nsampling-priority: -42"), of(NotSampled), "below zero"),
        (format!("{ids}\nsampling-priority: incorrect"), of(Deferred), "no number"),
        (format!("{ids}\nsampling-priority: -"), of(Deferred), "nor that"),
        (format!("{ids}\nsampling-priority: 1000"), of(Deferred), "nothing that is known"),
        (format!("{ids}\ntags: _dd.p.test=value,any=tag"), of(Deferred), "tags without a half"),
        (format!("{ids}\ntags: _dd.p.test=value,{TID},any=tag"), long, "128 bits"),
        (format!("{ids}\ntags: _dd.p.tid=4321"), of(Deferred), "a half of 4 digits"),
        (format!("{ids}\ntags: {}", TID.to_uppercase()), of(Deferred), "in upper case"),
        (format!("{ids}\ntags: {TID}0"), of(Deferred), "a half of 17 digits"),
        (format!("{ids}\ntags: {padded}"), long, "512 bytes of tags"),
        (format!("{ids}\ntags: {padded}y"), of(Deferred), "513 bytes are not read"),
        (format!("trace-id: {LOW}"), no_span, "no span"),
        (format!("trace-id: {LOW}\nparent-id: 0"), no_span, "nor here"),
        (format!("trace-id: {}", u64::MAX), largest, "the largest id"),
        ("sampling-priority: 1\norigin: rum".into(), Ok(None), "no trace"),
        ("trace-id: 18446744073709551616".into(), Err(Malformed), "more than 64 bits"),
        ("trace-id: 0".into(), Err(Malformed), "zero"),
        (format!("trace-id: 0\ntags: {TID}"), Err(Malformed), "zero with an upper half"),
        ("trace-id: a3ce929d0e0e4736".into(), Err(Malformed), "hexadecimal"),
        ("trace-id: +1".into(), Err(Malformed), "a sign"),
        (format!("trace-id: {LOW}\nparent-id: x"), Err(Malformed), "no span id (dd-trace-go)"),
    ];
    for (fields, expected, why) in cases {
        assert_eq!(extract(&arrived(&fields)), expected, "{why}: {fields}");
    }
}

fn with_state(trace: &str, sampled: bool, list: &str) -> SpanContext {
    let trace_state = TraceState::parse([list.as_bytes()].into_iter()).unwrap();
    SpanContext { trace_state, ..context(trace, sampled) }
}

#[test]
fn what_is_written() {
    let ids = format!("trace-id: {LOW}");
    let dm = "_dd.p.dm=-4";
    let all = format!("{ids}\nsampling-priority: 2\norigin: a=b\ntags: {TID},{dm},_dd.p.k=a=b,x=y");
    let other = "trace-id: 7\nsampling-priority: 2\norigin: rum\ntags: _dd.p.k=v";
    let list = "dd=s:2;o:a~b;p:0123456789abcdef;t.dm:-4;t.k:a~b;x:y,a=1";
    let within = Crossing::Within;
    let stranger = Crossing::Entering(OnForeignContext::IgnoreDecision);
    let carried = format!("2\norigin: a=b\ntags: {TID},{dm},_dd.p.k=a=b");
    let overruled = format!("0\norigin: a=b\ntags: {TID},_dd.p.k=a=b");
    let bare = format!("1\ntags: {TID}");
    let kept = format!("{ids}\nsampling-priority: 0\ntags: {dm}");
    let long = format!("{ids}\nsampling-priority: 1\ntags: _dd.p.k={},{dm}", "v".repeat(490));
    let cases = [
        ("", "", within, true, false, bare.clone(), "a new trace"),
        ("", "", within, true, true, format!("2\ntags: {TID}"), "debug is a user's wish"),
        ("", "", within, false, false, format!("0\ntags: {TID}"), "not sampled"),
        (&all, "", within, true, false, carried.clone(), "everything goes on"),
        (&all, list, within, true, false, carried.clone(), "the fields say more than the list"),
        (&all, "", within, false, false, overruled.clone(), "another decision"),
        (&kept, "", within, true, false, format!("1\ntags: {TID},_dd.p.dm=-0"), "the other way"),
        (&all, "", stranger, true, false, bare.clone(), "nothing of strangers"),
        (other, "", within, true, false, bare.clone(), "nothing of another trace"),
        (other, list, within, true, false, carried.clone(), "the list belongs to the trace"),
        ("", list, within, true, false, carried, "out of the list alone"),
        ("", list, within, false, false, overruled, "overruled by the sampled flag"),
        ("", "a=1", within, true, false, bare, "no member"),
        (&long, "", within, true, false, format!("1\ntags: {TID},{dm}"), "what does not fit"),
    ];
    for (fields, list, crossing, sampled, debug, expected, why) in cases {
        let (context, head) = (with_state(TRACE, sampled, list), arrived(fields));
        let outgoing = Outgoing { debug, crossing, ..outgoing(&context, Some(&head)) };
        let expected = format!("{ids}\nparent-id: {PARENT}\nsampling-priority: {expected}");
        let written = written(|set| inject(&outgoing, set)).replace("x-datadog-", "");
        assert_eq!(written, expected, "{why}");
    }
    let context = with_state(SHORT_TRACE, true, "");
    let written_of = |context| written(|set| inject(&outgoing(context, None), set));
    assert!(!written_of(&context).contains("tags"), "64 bits have no upper half");
    let nothing_left = with_state("4bf92f3577b34da60000000000000000", true, "");
    assert_eq!(written_of(&nothing_left), "", "no trace id is left");
}

#[test]
fn what_is_written_to_tracestate() {
    let fields = |rest: &str| format!("trace-id: {LOW}\nsampling-priority: 1\n{rest}");
    let ours = format!("p:{SPAN}");
    let within = Crossing::Within;
    let origin = "o".repeat(300);
    let tags = |length| format!("tags: _dd.p.k={}", "v".repeat(length));
    let fits = 253 - format!("s:1;{ours};t.k:").len();
    let cases = [
        (fields(""), "", within, true, Some(format!("s:1;{ours}")), "a priority"),
        (
            fields("origin: a=b;c~d,e\ntags: _dd.p.dm=-4,_dd.p.usr.id=baz64==,_dd.p.a;b:c=d;e f"),
            "",
            within,
            true,
            Some(format!("s:1;o:a~b_c_d_e;{ours};t.dm:-4;t.usr.id:baz64~~;t.a_b_c:d_e f")),
            "what the member cannot bear is replaced",
        ),
        (fields("tags: _dd.p.k=v  "), "", within, true, Some(format!("s:1;{ours};t.k:v")), "end"),
        (fields("tags: _dd.p.k= ,x=y"), "", within, true, Some(format!("s:1;{ours};t.k:")), "end"),
        (
            fields(&format!("tags: {TID},_dd.p.=1,k=v,_dd.p.v")),
            "",
            within,
            true,
            Some(format!("s:1;{ours}")),
            "no tags",
        ),
        (
            fields(&tags(fits)),
            "",
            within,
            true,
            Some(format!("s:1;{ours};t.k:{}", "v".repeat(fits))),
            "256 bytes",
        ),
        (fields(&tags(fits + 1)), "", within, true, Some(format!("s:1;{ours}")), "257 bytes"),
        (
            fields(&format!("origin: {origin}")),
            "",
            within,
            true,
            Some(format!("s:1;{ours}")),
            "too long an origin",
        ),
        (fields("tags: _dd.p.dm=-4"), "", within, false, Some(format!("s:0;{ours}")), "overruled"),
        (
            String::new(),
            "dd=s:2;o:rum;t.dm:-4;t.usr.id:baz64",
            within,
            true,
            Some(format!("s:2;o:rum;{ours};t.dm:-4;t.usr.id:baz64")),
            "a member goes on",
        ),
        (
            String::new(),
            "dd=s:0;o:rum;t.dm:-2;t.k:v~",
            within,
            true,
            Some(format!("s:1;o:rum;{ours};t.dm:-0;t.k:v~")),
            "sampled all the same",
        ),
        (
            String::new(),
            "dd=s:2;t.dm:-4",
            within,
            false,
            Some(format!("s:0;{ours}")),
            "not sampled",
        ),
        (
            String::new(),
            "dd=o:rum",
            within,
            true,
            Some(format!("s:1;o:rum;{ours};t.dm:-0")),
            "no priority",
        ),
        (
            String::new(),
            "dd=;;s;x",
            within,
            false,
            Some(format!("s:0;{ours}")),
            "garbage is left out",
        ),
        (String::new(), "a=1", within, true, None, "nothing of Datadog's"),
        ("trace-id: 7\norigin: rum".into(), "", within, true, None, "of another trace"),
        (fields(""), "", Crossing::Leaving, true, None, "a stranger is told nothing"),
    ];
    for (fields, list, crossing, sampled, expected, why) in cases {
        let (context, head) = (with_state(TRACE, sampled, list), arrived(&fields));
        let outgoing = Outgoing { crossing, ..outgoing(&context, Some(&head)) };
        let member = member(&outgoing);
        assert_eq!(member, expected, "{why}: {fields}");
        let list = member.map(|member| context.trace_state.with(DD, Some(&member)));
        let is_well_formed =
            |list: TraceState| TraceState::parse([list.as_str().as_bytes()].into_iter()).is_ok();
        assert!(list.is_none_or(is_well_formed), "{why}");
    }
}
