//! The propagators of OpenTelemetry for Rust.
//!
//! Where they differ from the formats that they implement (`corpus` has a case for each):
//!
//! - they keep "decide for me" in bit 0x02 of the flags and debug in 0x04; 0x02 is W3C's bit for
//!   random trace ids, so a context that came in by B3 without a state and leaves by `traceparent`
//!   claims a random id;
//! - B3: where the single field is asked for, the others are written too; `x-b3-flags: 0` is read
//!   as "not sampled", whatever `x-b3-sampled` says;
//! - Jaeger: flags are read as a decimal number, so those with letters make the field invalid;
//!   a span id of zero is taken, and a `uberctx-` field that tracestate cannot hold makes the
//!   whole context invalid;
//! - X-Ray: unknown fields become members of tracestate, with keys in lower case; a root may be
//!   short.

#![allow(deprecated, reason = "old formats are what these are for")]

use http::HeaderMap;
use opentelemetry::Context as Surroundings;
use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_aws::trace::XrayPropagator;
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_zipkin::{B3Encoding, Propagator as B3Propagator};

use crate::{Context, Decision, Format, Headers};

const DEFERRED: TraceFlags = TraceFlags::new(0x02);
const DEBUG: TraceFlags = TraceFlags::new(0x04);

type Boxed = Box<dyn TextMapPropagator + Send + Sync>;

/// The propagator of a format; `None` where Rust has none.
fn propagator(format: Format) -> Option<Boxed> {
    Some(match format {
        Format::TraceContext => Box::new(TraceContextPropagator::new()),
        Format::B3 => Box::new(B3Propagator::with_encoding(B3Encoding::SingleHeader)),
        Format::B3Multi => Box::new(B3Propagator::with_encoding(B3Encoding::MultipleHeader)),
        Format::Jaeger => Box::new(opentelemetry_jaeger_propagator::Propagator::new()),
        Format::XRay => Box::new(XrayPropagator::new()),
        Format::Datadog | Format::OtTrace => return None,
    })
}

pub(crate) fn inject(formats: &[Format], context: &Context) -> Headers {
    let flags = match context.decision {
        Decision::Drop => TraceFlags::default(),
        Decision::Sample => TraceFlags::SAMPLED,
        Decision::Defer => DEFERRED,
        Decision::Debug => TraceFlags::SAMPLED | DEBUG,
    };
    let span = SpanContext::new(
        TraceId::from_bytes(context.trace_id),
        SpanId::from_bytes(context.span_id),
        flags,
        true,
        TraceState::default(),
    );
    inject_from(&composite(formats), &Surroundings::new().with_remote_span_context(span))
}

pub(crate) fn extract(formats: &[Format], headers: &[(String, String)]) -> Option<Context> {
    let surroundings = extract_into(&composite(formats), headers);
    let span = surroundings.span().span_context().clone();
    let flags = span.trace_flags();
    // `traceparent` is the one format in which 0x02 and 0x04 are what they say.
    let has = |flag: TraceFlags| formats != [Format::TraceContext] && flags & flag == flag;
    let decision = match () {
        () if has(DEBUG) => Decision::Debug,
        () if flags.is_sampled() => Decision::Sample,
        () if has(DEFERRED) => Decision::Defer,
        () => Decision::Drop,
    };
    let (trace_id, span_id) = (span.trace_id().to_bytes(), span.span_id().to_bytes());
    (trace_id != [0; 16]).then_some(Context { trace_id, span_id, decision })
}

pub(crate) fn inject_from(
    propagator: &dyn TextMapPropagator,
    surroundings: &Surroundings,
) -> Headers {
    let mut map = HeaderMap::new();
    propagator.inject_context(surroundings, &mut HeaderInjector(&mut map));
    let text = |value: &http::HeaderValue| value.to_str().expect("written as text").to_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

pub(crate) fn extract_into(
    propagator: &dyn TextMapPropagator,
    headers: &[(String, String)],
) -> Surroundings {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().expect("a legal field name");
        map.append(name, value.parse().expect("a legal field value"));
    }
    propagator.extract_with_context(&Surroundings::new(), &HeaderExtractor(&map))
}

fn composite(formats: &[Format]) -> TextMapCompositePropagator {
    let propagator = |format: &Format| {
        propagator(*format).unwrap_or_else(|| panic!("Rust has no propagator of {format}"))
    };
    TextMapCompositePropagator::new(formats.iter().map(propagator).collect())
}
