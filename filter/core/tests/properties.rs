//! Properties of the parsers: printing gives back what was parsed, and no bytes make them panic.
#![cfg(not(target_arch = "wasm32"))]

use std::rc::Rc;

use proptest::prelude::*;
use spanmesh_core::header_map::{Pairs, serialise};
use spanmesh_core::ids::{SpanId, TraceId};
use spanmesh_core::otlp::attributes::AttributeLimits;
use spanmesh_core::otlp::messages::ScopeSpans;
use spanmesh_core::propagation::{RemoteParent, tracecontext};
use spanmesh_core::redact::{Detectors, RedactedPaths, Redaction};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{AnyOf, TextMatcher};
use spanmesh_core::span::{
    Exchange, Extras, HeaderAttribute, Routes, SpanData, SpanKind, SpanSettings,
};
use spanmesh_core::span_context::{SpanContext, TraceFlags};
use spanmesh_core::trace_state::TraceState;
use spanmesh_core::trust::Crossing;

use prost::Message as _;

/// Header names that the filter reads, and one that it does not.
const NAMES: [&str; 13] = [
    ":method",
    ":path",
    ":authority",
    ":scheme",
    "x-forwarded-proto",
    "x-forwarded-for",
    "user-agent",
    "content-type",
    "traceparent",
    "tracestate",
    "baggage",
    "x-other",
    "",
];

/// Bytes that look like the formats often enough to get past the first checks.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        "[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.{0,4}".prop_map(String::into_bytes),
        "[ \t]?([a-z0-9@_*/-]{1,9}=[ -~]{1,9}[ \t]?,){0,40}".prop_map(String::into_bytes),
        "application/grpc(\\+proto)?".prop_map(String::into_bytes),
        "(https?|/[a-zA-Z.]{0,8}/[a-zA-Z]{0,5}|\\[?[0-9a-f:]{1,9}\\]?:[0-9]{0,6})"
            .prop_map(String::into_bytes),
    ]
}

fn header_list() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    proptest::collection::vec((proptest::sample::select(&NAMES), bytes()), 0..24)
}

fn head_of(list: &[(&str, Vec<u8>)]) -> RequestHead {
    let pairs = list.iter().map(|(name, value)| (name.as_bytes(), value.as_slice()));
    RequestHead::new(serialise(pairs))
}

/// Everything that a span may hold, within narrow limits.
fn settings() -> SpanSettings {
    let mut paths = RedactedPaths::default();
    assert!(paths.add_template("/{service}/{method}").is_ok());
    assert!(paths.add_regex("a[b-z]*").is_ok());
    let any = AnyOf(vec![TextMatcher::Suffix("r".to_owned())]);
    SpanSettings {
        redaction: Redaction { query: any.clone(), headers: any, paths, detectors: ALL },
        limits: AttributeLimits { count: 24, value_length: 16, header_bytes: 64 },
        routes: Rc::new(Routes::new(vec!["/{only}".to_owned()], true)),
        extras: Extras {
            request_headers: ["x-other", "baggage"].map(HeaderAttribute::of_request).into(),
            response_headers: vec![HeaderAttribute::of_response("x-other")],
            baggage: vec!["*".to_owned()],
            ..Extras::default()
        },
    }
}

const ALL: Detectors = Detectors { card_number: true, email: true, bearer_token: true };

fn context(trace: [u8; 16], span: [u8; 8], flags: u8) -> Option<SpanContext> {
    Some(SpanContext {
        trace_id: TraceId::from_bytes(trace)?,
        span_id: SpanId::from_bytes(span)?,
        flags: TraceFlags::from_wire(flags),
        trace_state: TraceState::default(),
    })
}

proptest! {
    #[test]
    fn a_printed_traceparent_is_parsed_to_the_same(trace: [u8; 16], span: [u8; 8], flags: u8) {
        let Some(context) = context(trace, span, flags) else { return Ok(()) };
        let printed = tracecontext::print(&context);
        let parsed = tracecontext::parse(&printed);
        prop_assert_eq!(parsed, Some((context.trace_id, context.span_id, context.flags)));
    }

    #[test]
    fn what_is_parsed_prints_as_version_00_and_is_stable(value in bytes()) {
        if let Some((trace_id, span_id, flags)) = tracecontext::parse(&value) {
            let trace_state = TraceState::default();
            let printed =
                tracecontext::print(&SpanContext { trace_id, span_id, flags, trace_state });
            prop_assert!(printed.starts_with(b"00-"));
            prop_assert_eq!(tracecontext::parse(&printed), Some((trace_id, span_id, flags)));
        }
    }

    #[test]
    fn an_accepted_tracestate_is_stable(fields in proptest::collection::vec(bytes(), 0..4)) {
        if let Ok(state) = TraceState::parse(fields.iter().map(Vec::as_slice)) {
            let again = TraceState::parse([state.as_str().as_bytes()].into_iter());
            prop_assert_eq!(again, Ok(state));
        }
    }

    #[test]
    fn any_buffer_is_a_header_list(buffer in proptest::collection::vec(any::<u8>(), 0..200)) {
        Pairs::new(&buffer).for_each(drop);
        drop(tracecontext::extract(&RequestHead::new(buffer)));
    }

    #[test]
    fn a_header_list_is_read_as_it_was_written(list in header_list()) {
        let pairs = || list.iter().map(|(name, value)| (name.as_bytes(), value.as_slice()));
        let serialised = serialise(pairs());
        prop_assert!(Pairs::new(&serialised).eq(pairs()));
    }

    #[test]
    fn any_request_makes_a_span_that_decodes(
        list in header_list(),
        server: bool,
        status in proptest::option::of(any::<u16>()),
        grpc_status in proptest::option::of(any::<u32>()),
        response_flags: u64,
        peer in bytes(),
        times: (u64, u64),
    ) {
        let head = head_of(&list);
        let extracted = tracecontext::extract(&head);
        let fallback = context([1; 16], [2; 8], 1).unwrap();
        let context = extracted.parent.and_then(RemoteParent::into_span_context).unwrap_or(fallback);
        let exchange = Exchange {
            start: times.0,
            end: times.1,
            status_code: status,
            grpc_status,
            response_flags,
            protocol: Some(&peer),
            peer: Some(&peer),
            response_headers: Some(&peer),
        };
        let kind = if server { SpanKind::Server } else { SpanKind::Client };
        let span = SpanData { kind, context: &context, parent_span_id: None, head: &head, exchange, keep_reason: None, link: None, debug_id: None, crossing: Crossing::Within };
        let mut out = Vec::new();
        let cuts = span.write(&mut out, &settings());
        let decoded = ScopeSpans::decode(out.as_slice()).unwrap();
        prop_assert_eq!(decoded.spans.len(), 1);
        prop_assert_eq!(decoded.spans[0].dropped_attributes_count, cuts.dropped);
        prop_assert!(decoded.spans[0].attributes.len() <= 24);
        prop_assert_eq!(decoded.encode_to_vec(), out, "the encoding is prost's");
    }
}
