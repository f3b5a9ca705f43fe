use super::*;
use crate::propagation::Propagator;
use crate::propagation::testing::{
    SHORT_TRACE, SPAN, TRACE, context, head, outgoing, reading, wish, written,
};
use Decision::{Debug, NotSampled, Sampled};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn read(value: &str) -> Extraction {
    extract(&head(Propagator::Jaeger, &[("uber-trace-id", value)]))
}

/// After opentelemetry-go-contrib, propagators/jaeger/jaeger_data_test.go; short span ids,
/// upper case and `%3A` after jaeger-client-go, propagation.go and span_context.go.
#[test]
fn well_formed_fields_are_read() {
    let of = |decision| reading(TRACE, SPAN, decision);
    let short = |trace| reading(trace, SPAN, Sampled);
    let cases = [
        (format!("{TRACE}:{SPAN}:0:0"), of(NotSampled), "not sampled"),
        (format!("{TRACE}:{SPAN}:0:1"), of(Sampled), "sampled"),
        (format!("{TRACE}:{SPAN}:0:3"), of(Debug), "debug"),
        (format!("{TRACE}:{SPAN}:0:2"), of(NotSampled), "debug needs the sampled bit"),
        (format!("{TRACE}:{SPAN}:0:00001"), of(Sampled), "flags of any length"),
        (format!("{TRACE}:{SPAN}:0:ff"), of(Debug), "unknown flags are ignored"),
        (format!("{TRACE}:{SPAN}:0:9"), of(Sampled), "firehose is ignored"),
        (format!("{TRACE}:{SPAN}:0:8"), of(NotSampled), "firehose alone"),
        (format!("3ce929d0e0e4736:{SPAN}:0:1"), short("03ce929d0e0e4736"), "60 bits"),
        (format!("{SHORT_TRACE}:{SPAN}:0:1"), short(SHORT_TRACE), "64 bits"),
        (format!("{TRACE}:f067aa0ba902b7:0:1"), of(Sampled), "a short span id"),
        (format!("{TRACE}:{SPAN}:whatever:1"), of(Sampled), "the parent is not read"),
        (format!("{TRACE}:{SPAN}::1"), of(Sampled), "nor missed"),
        (format!("{}:{SPAN}:0:1", TRACE.to_uppercase()), of(Sampled), "upper case"),
        (format!("{TRACE}%3A{SPAN}%3a0%3A1"), of(Sampled), "colons that were escaped"),
        (format!(" {TRACE}:{SPAN}:0:1\t"), of(Sampled), "white space around it"),
    ];
    for (value, expected, why) in cases {
        assert_eq!(read(&value), Ok(Some(expected)), "{why}: {value}");
    }
    assert_eq!(read(""), Ok(None), "an empty field is none");
}

#[test]
fn malformed_fields_are_refused() {
    let cases = [
        (format!("{TRACE}0000:{SPAN}:0:1"), "36 digits in a trace id"),
        (format!("{TRACE}:{SPAN}0000:0:1"), "20 digits in a span id"),
        (format!("zcd00v0000000000a3ce929d0e0e4736:{SPAN}:0:1"), "no trace id"),
        (format!("{TRACE}:00f0wiredba902b7:0:1"), "no span id"),
        (format!("{TRACE}:{SPAN}:0:wired"), "no flags"),
        (format!("{TRACE}:{SPAN}:0:"), "empty flags"),
        (format!("{TRACE}:{SPAN}:0:+1"), "flags with a sign"),
        (format!("{TRACE}-{SPAN}-0-1"), "other separators"),
        (format!("{TRACE}:{SPAN}:1"), "three parts"),
        (format!("{TRACE}:{SPAN}:0:1:1"), "five parts"),
        (format!(":{SPAN}:0:1"), "an empty trace id"),
        (format!("{TRACE}::0:1"), "an empty span id"),
        (format!("0:{SPAN}:0:1"), "zero trace id"),
        (format!("{TRACE}:0:0:1"), "zero span id"),
        (format!("{TRACE}%3B{SPAN}:0:1"), "another escape"),
        (format!("{TRACE}%"), "half an escape"),
    ];
    for (value, why) in cases {
        assert_eq!(read(&value), Err(Malformed), "{why}: {value}");
    }
}

#[test]
fn a_debug_id_asks_for_a_trace_of_its_own() {
    let ids = format!("{TRACE}:{SPAN}:0:0");
    let cases = [
        (vec![("jaeger-debug-id", "some-text")], Ok(Some(wish(Debug))), "alone"),
        (
            vec![("jaeger-debug-id", "x"), ("uber-trace-id", ids.as_str())],
            Ok(Some(reading(TRACE, SPAN, NotSampled))),
            "a context says more",
        ),
        (vec![("jaeger-debug-id", "x"), ("uber-trace-id", "x")], Err(Malformed), "malformed"),
        (vec![("jaeger-debug-id", "")], Ok(None), "empty"),
        (vec![("uberctx-user", "x")], Ok(None), "baggage is no context"),
    ];
    for (pairs, expected, why) in cases {
        assert_eq!(extract(&head(Propagator::Jaeger, &pairs)), expected, "{why}");
    }
}

#[test]
fn what_is_written() {
    let cases = [
        (TRACE, true, false, "1", "sampled"),
        (TRACE, false, false, "0", "not sampled"),
        (TRACE, true, true, "3", "debug"),
        (SHORT_TRACE, true, false, "1", "64 bits, as jaeger-client-go writes them"),
    ];
    for (trace, sampled, debug, flags, why) in cases {
        let context = context(trace, sampled);
        let outgoing = Outgoing { debug, ..outgoing(&context, None) };
        let expected = format!("uber-trace-id: {trace}:{SPAN}:0:{flags}");
        assert_eq!(written(|set| inject(&outgoing, set)), expected, "{why}");
    }
}
