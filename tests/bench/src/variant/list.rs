//! Which variants there are.

use super::plugin::{Body, Formats, PLAIN, Plugin, Sampler};
use super::{Flush, Tracer, Variant};

/// The variant that all others are compared with.
pub const NONE: &str = "none";

/// The filter where every request has a span.
pub const FULL_SAMPLING: Variant =
    variant("spanmesh-100", "spanmesh, 100 %", Tracer::Spanmesh(PLAIN), 100);

/// The filter where the number of traces is limited for all workers together; it is not compared
/// with others.
pub const RATE_LIMITED: Variant = Variant {
    percent: None,
    ..spanmesh("spanmesh-rate-limited", "spanmesh, rate limit", Sampler::RateLimiting, 0)
};

const TEN_PERCENT: Variant =
    spanmesh("spanmesh-10", "spanmesh, 10 %", Sampler::TraceIdRatioBased, 10);

const UNSAMPLED_PARENT: Variant = Variant {
    unsampled_parent: true,
    ..spanmesh(
        "spanmesh-unsampled-parent",
        "spanmesh, incoming unsampled parent",
        Sampler::Default,
        0,
    )
};

/// All that are compared, in the order of the table.
pub const VARIANTS: [Variant; 23] = [
    variant(NONE, "no tracing", Tracer::None, 0),
    variant(
        "native",
        "native tracer, 100 %, its default flush",
        Tracer::Native(Flush::Default),
        100,
    ),
    variant("native-tuned", "native tracer, 100 %, flush 512", Tracer::Native(Flush::Tuned), 100),
    variant("native-10", "native tracer, 10 %, flush 512", Tracer::Native(Flush::Tuned), 10),
    variant("native-zipkin", "native Zipkin tracer, 100 %, its default flush", Tracer::Zipkin, 100),
    // Unsampled is what the next hop is told.
    variant("host-calls", "host calls of spanmesh, 100 %", Tracer::HostCalls("kept"), 0),
    variant("host-calls-dropped", "host calls of spanmesh, 0 %", Tracer::HostCalls("dropped"), 0),
    FULL_SAMPLING,
    Variant {
        tracer: Tracer::Spanmesh(Plugin { formats: Formats::ReadAll, ..PLAIN }),
        ..variant_like(FULL_SAMPLING, "spanmesh-read-all", "spanmesh, 100 %, all formats read")
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { formats: Formats::All, ..PLAIN }),
        ..variant_like(
            FULL_SAMPLING,
            "spanmesh-formats",
            "spanmesh, 100 %, all formats read and written",
        )
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { edge: true, ..PLAIN }),
        ..variant_like(FULL_SAMPLING, "spanmesh-edge", "spanmesh, 100 %, at an edge")
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { filter_state: true, ..PLAIN }),
        ..variant_like(
            FULL_SAMPLING,
            "spanmesh-filter-state",
            "spanmesh, 100 %, ids in filter state",
        )
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { body: Body::Gzip, ..PLAIN }),
        ..variant_like(FULL_SAMPLING, "spanmesh-gzip", "spanmesh, 100 %, gzip")
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { body: Body::Json, ..PLAIN }),
        ..variant_like(FULL_SAMPLING, "spanmesh-json", "spanmesh, 100 %, JSON")
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { span_metrics: true, ..PLAIN }),
        ..variant_like(FULL_SAMPLING, "spanmesh-span-metrics", "spanmesh, 100 %, span metrics")
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { routes: 1_000, ..PLAIN }),
        ..variant_like(
            FULL_SAMPLING,
            "spanmesh-routes-1000",
            "spanmesh, 100 %, 1,000 route templates",
        )
    },
    TEN_PERCENT,
    Variant {
        tracer: Tracer::Spanmesh(Plugin {
            sampler: Sampler::TraceIdRatioBased,
            span_metrics: true,
            ..PLAIN
        }),
        ..variant_like(TEN_PERCENT, "spanmesh-10-span-metrics", "spanmesh, 10 %, span metrics")
    },
    Variant {
        tracer: Tracer::Spanmesh(Plugin { sampler: Sampler::Probability, keep: true, ..PLAIN }),
        ..variant_like(TEN_PERCENT, "spanmesh-10-keep", "spanmesh, 10 %, keep rules")
    },
    spanmesh("spanmesh-rules-1", "spanmesh, 10 %, 1 path rule", Sampler::Rules(1), 10),
    spanmesh("spanmesh-rules-1000", "spanmesh, 10 %, 1,000 path rules", Sampler::Rules(1_000), 10),
    UNSAMPLED_PARENT,
    Variant {
        tracer: Tracer::Spanmesh(Plugin { keep: true, ..PLAIN }),
        ..variant_like(
            UNSAMPLED_PARENT,
            "spanmesh-unsampled-parent-keep",
            "spanmesh, unsampled parent, keep rules",
        )
    },
];

const fn variant(name: &'static str, title: &'static str, tracer: Tracer, percent: u8) -> Variant {
    Variant { name, title, tracer, percent: Some(percent), unsampled_parent: false, module: None }
}

const fn spanmesh(
    name: &'static str,
    title: &'static str,
    sampler: Sampler,
    percent: u8,
) -> Variant {
    variant(name, title, Tracer::Spanmesh(Plugin { sampler, ..PLAIN }), percent)
}

/// Another name for it, to be changed in some other way too.
const fn variant_like(variant: Variant, name: &'static str, title: &'static str) -> Variant {
    Variant { name, title, ..variant }
}
