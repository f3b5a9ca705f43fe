//! Head sampling through the real proxy.

mod consistent;
mod force;
mod mesh_config;
mod rules;
pub mod statistics;

use serde_json::json;
use spanmesh_harness::{Load, Request, SECONDS};

use crate::support::{INBOUND, PARENT_ID, SOON, Sidecar, TRACE_ID, account, sampled_parent};

/// Without keep rules an unsampled context is none of this proxy's business.
#[tokio::test]
async fn an_unsampled_caller_is_followed_and_passes_untouched() {
    let sidecar = Sidecar::start(json!({})).await;
    let parent = format!("00-{TRACE_ID}-{PARENT_ID}-02");
    let request = Request::get("/").host("a.example").header("traceparent", parent.as_str());
    assert_eq!(sidecar.send(INBOUND, request.header("tracestate", "a=1,b=2")).await.status, 200);

    let sent_on = &sidecar.application.requests()[0];
    assert_eq!(sent_on.header_values("traceparent"), [parent]);
    assert_eq!(sent_on.header_values("tracestate"), ["a=1,b=2"]);
    sidecar.envoy.wait_for_stat("spanmesh_spans_sampled_out", |n| n == 1, SOON).await;
    sidecar.settled(0).await.check();
    assert_eq!(sidecar.collector.span_count(), 0);
}

/// With them, every hop must have its place in the trace, should it be kept.
#[tokio::test]
async fn an_unsampled_caller_gets_a_span_id_where_keep_rules_may_want_it() {
    let sidecar = Sidecar::start(json!({"keep": {"errors": true}})).await;
    let parent = format!("00-{TRACE_ID}-{PARENT_ID}-02");
    let request = Request::get("/").host("a.example").header("traceparent", parent.as_str());
    assert_eq!(sidecar.send(INBOUND, request).await.status, 200);

    let sent_on = sidecar.application.requests()[0].header_values("traceparent");
    let [sent_on] = &sent_on[..] else { panic!("{sent_on:?}") };
    assert!(sent_on.starts_with(&format!("00-{TRACE_ID}-")) && sent_on.ends_with("-02"));
    assert!(!sent_on.contains(PARENT_ID), "a span id of its own");
    sidecar.envoy.wait_for_stat("spanmesh_spans_sampled_out", |n| n == 1, SOON).await;
    sidecar.settled(0).await.check();
}

/// The table of `parent_based`: three delegates, three kinds of callers. The local delegates are
/// accepted and never asked: a proxy's callers are remote.
#[tokio::test]
async fn parent_based_asks_the_delegate_of_the_caller() {
    let delegates = |sampler: [&str; 3]| {
        let [root, sampled, not_sampled] = sampler;
        json!({"parent_based": {"root": root, "remote_parent_sampled": sampled,
            "remote_parent_not_sampled": not_sampled, "local_parent_sampled": "always_off",
            "local_parent_not_sampled": "always_on"}})
    };
    let (on, off) = ("always_on", "always_off");
    // What becomes of: a new trace, a sampled caller's, an unsampled caller's.
    let rows = [
        (delegates([on, on, off]), [true, true, false]),
        (delegates([off, on, off]), [false, true, false]),
        (delegates([on, off, off]), [true, false, false]),
        (delegates([off, off, on]), [false, false, true]),
        (delegates([on, on, on]), [true, true, true]),
    ];
    for (sampler, expected) in rows {
        let sidecar = Sidecar::start(json!({"sampler": sampler})).await;
        let parents = [None, Some("01"), Some("00")];
        for parent in parents {
            let mut request = Request::get("/").host("a.example");
            if let Some(flags) = parent {
                request =
                    request.header("traceparent", format!("00-{TRACE_ID}-{PARENT_ID}-{flags}"));
            }
            sidecar.send(INBOUND, request).await;
        }
        let told = sidecar.application.requests();
        let sampled = |flags: &str| u8::from_str_radix(flags, 16).unwrap() & 1 == 1;
        let found: Vec<_> =
            told.iter().map(|r| sampled(&r.header("traceparent").unwrap()[53..])).collect();
        assert_eq!(found, expected, "{sampler}");
        let count = expected.iter().filter(|sampled| **sampled).count();
        sidecar.settled(count as u64).await.check();
    }
}

#[tokio::test]
async fn always_off_drops_even_a_sampled_caller() {
    let sidecar = Sidecar::start(json!({"sampler": "always_off"})).await;
    let request = Request::get("/").host("a.example").header("traceparent", sampled_parent());
    sidecar.send(INBOUND, request).await;
    let sent_on = sidecar.application.requests()[0].header("traceparent").unwrap();
    assert!(sent_on.ends_with("-00"), "{sent_on}");
    sidecar.envoy.wait_for_stat("spanmesh_spans_sampled_out", |n| n == 1, SOON).await;
    assert_eq!(sidecar.collector.span_count(), 0);
}

#[tokio::test]
async fn a_ratio_keeps_its_share_of_new_traces_and_all_of_a_callers() {
    let ratio = json!({"trace_id_ratio_based": {"ratio": 0.25}});
    let sidecar = Sidecar::start(json!({"sampler": {"parent_based": {"root": ratio}}})).await;
    let port = sidecar.envoy.port(INBOUND);
    let report = Load::on(port).connections(4).count(4_000).run().await;
    assert_eq!(report.with_status(200), 4_000);
    sidecar.envoy.wait_for_stat("spanmesh_spans_sampled_out", |n| n > 2_500, SOON).await;
    // Every count arrives within a second of the last request.
    tokio::time::sleep(3 * SECONDS / 2).await;
    sidecar.envoy.wait_for_stat("spanmesh_spans_queued", |n| n == 0, SOON).await;
    let counted = account(&sidecar.envoy).await;
    let kept = counted.of("spans_created");
    assert_eq!(counted.of("spans_sampled_out") + kept, 4_000);
    // Binomial with n = 4000 and p = 0.25: five standard deviations are 137.
    assert!((863..=1_137).contains(&kept), "{kept}");

    let flags = |suffix: &str| {
        let seen = sidecar.application.requests();
        seen.iter().filter(|r| r.header("traceparent").unwrap().ends_with(suffix)).count() as u64
    };
    assert_eq!((flags("-03"), flags("-02")), (kept, 4_000 - kept), "the next hop knows");

    // Callers that sampled are followed all the same, between requests without a caller.
    sidecar.collector.clear();
    let with_parent =
        |_| Request::get("/").host("a.example").header("traceparent", sampled_parent());
    let report = Load::on(port).count(100).requests(with_parent).run().await;
    assert_eq!(report.with_status(200), 100);
    sidecar.collector.wait_for_spans(100, SOON).await;
    sidecar.settled(kept + 100).await.check();
}

#[tokio::test]
async fn an_orphan_tracestate_goes_also_when_the_new_trace_is_not_kept() {
    let sidecar = Sidecar::start(json!({"sampler": "always_off"})).await;
    let request = Request::get("/").host("a.example").header("tracestate", "orphan=1");
    sidecar.send(INBOUND, request).await;
    let seen = sidecar.application.requests();
    assert_eq!(seen[0].header_values("tracestate"), [""; 0]);
    assert_eq!(seen[0].header_values("traceparent").len(), 1);
}
