//! The cases once more with every format read and written.

use serde_json::json;
use spanmesh_harness::header_copying_app::{Copied, TRACE_CONTEXT};

use super::failures_copying;

/// What applications copy that know all formats: each hop finds in all of them what the one before
/// wrote. Not Datadog's, which bring a member of their own into tracestate; the cases have none.
const COPIED: Copied = &[
    "traceparent",
    "tracestate",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-sampled",
    "uber-trace-id",
    "x-amzn-trace-id",
    "ot-tracer-traceid",
    "ot-tracer-spanid",
    "ot-tracer-sampled",
];

/// W3C Trace Context is the last in the list, so that it decides.
#[tokio::test]
async fn every_official_case_passes_beside_all_other_formats() {
    let propagators =
        ["b3", "b3multi", "jaeger", "xray", "datadog", "ottrace", "tracecontext", "baggage"];
    let plugin = json!({"keep": {"errors": true}, "propagators": propagators});
    for copied in [TRACE_CONTEXT, COPIED] {
        let failures = failures_copying(copied, plugin.clone(), |_, _| false).await;
        let (count, text) = (failures.len(), failures.join("\n"));
        assert_eq!(count, 0, "requests failed where {copied:?} are copied:\n\n{text}");
    }
}

/// In the other order too: where W3C is first, the others say the same of the same trace.
#[tokio::test]
async fn the_order_of_formats_that_agree_does_not_matter() {
    let propagators = ["tracecontext", "baggage", "b3", "b3multi", "jaeger", "xray"];
    let plugin = json!({"keep": {"errors": true}, "propagators": propagators});
    let failures = failures_copying(COPIED, plugin, |_, _| false).await;
    assert!(failures.is_empty(), "{} requests failed:\n\n{}", failures.len(), failures.join("\n"));
}
