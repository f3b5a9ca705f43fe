//! Header fields of the formats beside W3C Trace Context.

use super::{Propagator, PropagatorSet};

/// A header field that carries trace context or baggage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `b3`.
    B3,
    /// `x-b3-traceid`.
    B3TraceId,
    /// `x-b3-spanid`.
    B3SpanId,
    /// `x-b3-parentspanid`.
    B3ParentSpanId,
    /// `x-b3-sampled`.
    B3Sampled,
    /// `x-b3-flags`.
    B3Flags,
    /// `uber-trace-id`.
    UberTraceId,
    /// `jaeger-debug-id`.
    JaegerDebugId,
    /// Any field that begins with `uberctx-`.
    UberContext,
    /// `x-amzn-trace-id`.
    AmznTraceId,
    /// `x-datadog-trace-id`.
    DatadogTraceId,
    /// `x-datadog-parent-id`.
    DatadogParentId,
    /// `x-datadog-sampling-priority`.
    DatadogSamplingPriority,
    /// `x-datadog-origin`.
    DatadogOrigin,
    /// `x-datadog-tags`.
    DatadogTags,
    /// `ot-tracer-traceid`.
    OtTraceId,
    /// `ot-tracer-spanid`.
    OtSpanId,
    /// `ot-tracer-sampled`.
    OtSampled,
    /// Any field that begins with `ot-baggage-`.
    OtBaggage,
    /// `baggage`.
    Baggage,
}

/// What Jaeger's baggage fields begin with.
pub const UBER_CONTEXT_PREFIX: &str = "uberctx-";
/// What OpenTracing's baggage fields begin with.
pub const OT_BAGGAGE_PREFIX: &str = "ot-baggage-";

impl Field {
    /// The field of this name (lower case), if it belongs to one of the `noticed` propagators.
    pub fn of(name: &[u8], noticed: PropagatorSet) -> Option<Self> {
        // Called for every header of every request: the first bytes rule nearly all of them out.
        let candidates: &[Self] = match name {
            [b'b', ..] => &[Self::Baggage, Self::B3],
            [b'x', b'-', b'b', b'3', ..] => &[
                Self::B3TraceId,
                Self::B3SpanId,
                Self::B3ParentSpanId,
                Self::B3Sampled,
                Self::B3Flags,
            ],
            [b'x', b'-', b'd', b'a', ..] => &[
                Self::DatadogTraceId,
                Self::DatadogParentId,
                Self::DatadogSamplingPriority,
                Self::DatadogOrigin,
                Self::DatadogTags,
            ],
            [b'x', b'-', b'a', b'm', ..] => &[Self::AmznTraceId],
            [b'u', b'b', ..] => &[Self::UberTraceId, Self::UberContext],
            [b'j', b'a', ..] => &[Self::JaegerDebugId],
            [b'o', b't', ..] => {
                &[Self::OtTraceId, Self::OtSpanId, Self::OtSampled, Self::OtBaggage]
            }
            _ => return None,
        };
        let fits = |field: &Self| {
            let own = field.name().as_bytes();
            if field.is_family() { name.starts_with(own) } else { name == own }
        };
        candidates.iter().copied().find(fits).filter(|field| field.is_noticed(noticed))
    }

    /// Its name; of the two baggage families, what their names begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::B3 => "b3",
            Self::B3TraceId => "x-b3-traceid",
            Self::B3SpanId => "x-b3-spanid",
            Self::B3ParentSpanId => "x-b3-parentspanid",
            Self::B3Sampled => "x-b3-sampled",
            Self::B3Flags => "x-b3-flags",
            Self::UberTraceId => "uber-trace-id",
            Self::JaegerDebugId => "jaeger-debug-id",
            Self::UberContext => UBER_CONTEXT_PREFIX,
            Self::AmznTraceId => "x-amzn-trace-id",
            Self::DatadogTraceId => "x-datadog-trace-id",
            Self::DatadogParentId => "x-datadog-parent-id",
            Self::DatadogSamplingPriority => "x-datadog-sampling-priority",
            Self::DatadogOrigin => "x-datadog-origin",
            Self::DatadogTags => "x-datadog-tags",
            Self::OtTraceId => "ot-tracer-traceid",
            Self::OtSpanId => "ot-tracer-spanid",
            Self::OtSampled => "ot-tracer-sampled",
            Self::OtBaggage => OT_BAGGAGE_PREFIX,
            Self::Baggage => "baggage",
        }
    }

    /// Whether its name is but the beginning of the names of many.
    fn is_family(self) -> bool {
        matches!(self, Self::UberContext | Self::OtBaggage)
    }

    /// Whether it carries more than one trace's context: baggage, or a wish.
    pub fn outlives_context(self) -> bool {
        matches!(self, Self::Baggage | Self::UberContext | Self::OtBaggage | Self::JaegerDebugId)
    }

    fn is_noticed(self, noticed: PropagatorSet) -> bool {
        let of = |propagator| noticed.contains(propagator);
        match self {
            Self::Baggage => of(Propagator::Baggage),
            Self::B3
            | Self::B3TraceId
            | Self::B3SpanId
            | Self::B3ParentSpanId
            | Self::B3Sampled
            | Self::B3Flags => of(Propagator::B3) || of(Propagator::B3Multi),
            Self::UberTraceId | Self::JaegerDebugId | Self::UberContext => of(Propagator::Jaeger),
            Self::AmznTraceId => of(Propagator::XRay),
            Self::DatadogTraceId
            | Self::DatadogParentId
            | Self::DatadogSamplingPriority
            | Self::DatadogOrigin
            | Self::DatadogTags => of(Propagator::Datadog),
            Self::OtTraceId | Self::OtSpanId | Self::OtSampled | Self::OtBaggage => {
                of(Propagator::OtTrace)
            }
        }
    }
}

#[cfg(test)]
mod tests;
