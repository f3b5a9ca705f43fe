//! Spans: whatever the request and the answer were, prost decodes the span and encodes it to the
//! same bytes, and what foreign decoders have of its JSON is what they have of its protobuf.

#![no_main]

use std::num::{NonZeroU8, NonZeroU64};
use std::rc::Rc;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use spanmesh_core::entropy::EntropyPool;
use spanmesh_core::header_map::{Pairs, serialise};
use spanmesh_core::otlp::attributes::AttributeLimits;
use spanmesh_core::otlp::messages::ScopeSpans;
use spanmesh_core::otlp::wire::{put_bytes, put_message};
use spanmesh_core::propagation::Propagation;
use spanmesh_core::redact::{Detectors, RedactedPaths, Redaction};
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{AnyOf, KnownListener, Request, TextMatcher};
use spanmesh_core::sampling::{Force, Sampler};
use spanmesh_core::span::{
    Exchange, Extras, HeaderAttribute, Routes, SpanData, SpanKind, SpanSettings,
};
use spanmesh_core::tracer::{Placement, Surroundings, Tracer};
use spanmesh_core::trust::Crossing;
use spanmesh_core_fuzz::NoSharedData;
use spanmesh_core_fuzz::lines::pairs;
use spanmesh_export::encoding::{otlp_json, zipkin_json};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    is_server: bool,
    /// Zero is refused by the configuration.
    limit: NonZeroU8,
    status: Option<u16>,
    grpc_status: Option<u32>,
    response_flags: u64,
    /// No clock shows zero, which prost would leave out.
    start: NonZeroU64,
    end: u64,
    /// Lines of `name: value`; `peer` and `protocol` are the host's properties.
    headers: &'a [u8],
}

fuzz_target!(|request: Input<'_>| {
    let buffer = header_list(request.headers);
    let property = |wanted: &[u8]| {
        let found = Pairs::new(&buffer).find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value)
    };
    let exchange = Exchange {
        start: request.start.get(),
        end: request.end,
        status_code: request.status,
        grpc_status: request.grpc_status,
        response_flags: request.response_flags,
        protocol: property(b"protocol"),
        peer: property(b"peer"),
        response_headers: Some(&buffer),
    };
    let head = RequestHead::new(buffer.clone());
    let mut entropy = EntropyPool::default();
    entropy.refill(|bytes| {
        bytes.fill(0xab);
        true
    });
    let kind = if request.is_server { SpanKind::Server } else { SpanKind::Client };
    let tracer = Tracer::new(Sampler::AlwaysOn, Force::default(), Propagation::default(), false);
    let surroundings = Surroundings { now: &|| exchange.start, shared: &NoSharedData };
    let asked = Request { head: &head, listener: &KnownListener { kind, port: None } };
    let placement =
        tracer.start(asked, Crossing::Within, surroundings, &mut entropy, &mut Default::default());
    let Placement::Hop(hop) = placement else { panic!("sampled, and entropy is left") };
    let (context, parent_span_id) = (&hop.context, hop.parent_span_id);
    let span = SpanData {
        kind,
        context,
        parent_span_id,
        head: &head,
        exchange,
        keep_reason: None,
        link: None,
        debug_id: None,
        crossing: Crossing::Within,
    };
    let settings = settings(request.limit.get());

    let mut out = Vec::new();
    span.write(&mut out, &settings);
    let decoded = ScopeSpans::decode(out.as_slice()).expect("a span decodes");
    assert_eq!(decoded.encode_to_vec(), out, "the encoding is prost's");
    let [span] = decoded.spans.as_slice() else { panic!("one span") };
    assert!(span.end_time_unix_nano >= span.start_time_unix_nano);
    assert!(!span.name.is_empty());
    let mut keys: Vec<_> = span.attributes.iter().map(|attribute| &attribute.key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), span.attributes.len(), "no key stands twice");
    is_same_as_json(&out);
});

/// `spans`: an encoded `ScopeSpans` with one span.
fn is_same_as_json(spans: &[u8]) {
    let mut request = Vec::new();
    put_message(&mut request, 1, |out| put_bytes(out, 2, spans));
    let expected = ExportTraceServiceRequest::decode(request.as_slice()).expect("OTLP");
    let mut json = Vec::new();
    otlp_json(&request, &mut json);
    let read: ExportTraceServiceRequest = serde_json::from_slice(&json).expect("OTLP, JSON");
    assert_eq!(read, expected);

    json.clear();
    zipkin_json(&request, &mut json);
    let read: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    let [span] = read.as_array().expect("a list").as_slice() else { panic!("one span") };
    let hex = |id: &[u8]| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let theirs = &expected.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!(span["traceId"], hex(&theirs.trace_id));
    assert_eq!(span["id"], hex(&theirs.span_id));
    assert_eq!(span["timestamp"].as_u64().unwrap_or(0), theirs.start_time_unix_nano / 1_000);
}

/// Everything that a span may hold; attributes and their values up to `limit`.
fn settings(limit: u8) -> SpanSettings {
    let text = |text: &str| AnyOf(vec![TextMatcher::Exact(text.to_owned())]);
    let mut paths = RedactedPaths::default();
    paths.add_template("/reset/{token}").expect("a template");
    paths.add_regex("s[a-z]*t").expect("a pattern");
    let detectors = Detectors { card_number: true, email: true, bearer_token: true };
    SpanSettings {
        redaction: Redaction { query: text("token"), headers: text("cookie"), paths, detectors },
        limits: AttributeLimits {
            count: limit.into(),
            value_length: limit.into(),
            header_bytes: 2 * usize::from(limit),
        },
        routes: Rc::new(Routes::new(vec!["/orders/{id}".to_owned()], true)),
        extras: Extras {
            request_headers: ["cookie", "x-tenant"].map(HeaderAttribute::of_request).into(),
            response_headers: vec![HeaderAttribute::of_response("x-tenant")],
            baggage: vec!["*".to_owned()],
            ..Extras::default()
        },
    }
}

fn header_list(text: &[u8]) -> Vec<u8> {
    serialise(pairs(text))
}
