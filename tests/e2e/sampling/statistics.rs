//! Whether shares are right: bounds that are computed, so that chance alone breaks a test about
//! once in a million runs.

use std::collections::BTreeMap;

use serde_json::json;
use spanmesh_harness::{Request, SECONDS};

use crate::mesh::TraceIds;
use crate::support::{INBOUND, Sidecar, final_account};

/// Standard deviations that chance exceeds once in two million times.
const SIGMAS: f64 = 5.0;

/// The bounds within which a binomial count lies.
pub fn binomial(n: u64, p: f64) -> std::ops::RangeInclusive<f64> {
    let (mean, deviation) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
    mean - SIGMAS * deviation..=mean + SIGMAS * deviation
}

/// Pearson's chi-squared statistic of counts that should be equal.
fn chi_squared(counts: &[u64]) -> f64 {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum()
}

/// 20,000 new traces at a share: the counts are binomial, the adjusted counts add up to the
/// number of requests, and the ids of the sampled ones are uniform above the threshold.
#[tokio::test]
async fn shares_of_new_traces_are_right() {
    const REQUESTS: u64 = 20_000;
    let ratio = 0.25;
    let root = json!({"probability": {"ratio": ratio}});
    let batch = json!({"schedule_delay": "50ms", "max_queue_size": 20_000});
    let sampler = json!({"parent_based": {"root": root}});
    let sidecar = Sidecar::start(json!({"sampler": sampler, "batch": batch})).await;
    let load = spanmesh_harness::Load::on(sidecar.envoy.port(INBOUND)).connections(8);
    let report = load.count(REQUESTS).run().await;
    assert_eq!(report.with_status(200), REQUESTS);
    let all = |n| n > (REQUESTS as f64 * (1.0 - ratio) * 0.9) as u64;
    sidecar.envoy.wait_for_stat("spanmesh_spans_sampled_out", all, 10 * SECONDS).await;
    let account = final_account(&sidecar.envoy).await;
    let kept = account.of("spans_created");
    assert_eq!(kept + account.of("spans_sampled_out"), REQUESTS);
    assert!(binomial(REQUESTS, ratio).contains(&(kept as f64)), "{kept}");

    let spans = sidecar.collector.wait_for_spans(kept as usize, 10 * SECONDS).await;
    let thresholds: BTreeMap<&str, usize> =
        spans.iter().fold(BTreeMap::new(), |mut found, span| {
            *found.entry(span.span.trace_state.as_str()).or_default() += 1;
            found
        });
    assert_eq!(thresholds, BTreeMap::from([("ot=th:c", kept as usize)]), "each counts for four");

    // The sampled quarter has 56 random bits from 0xc0… on: its 64 parts are equally full.
    let mut counts = [0; 64];
    for span in &spans {
        assert!(span.span.trace_id[9] >= 0xc0, "{}", span.trace_id());
        counts[usize::from(span.span.trace_id[9] & 0x3f)] += 1;
    }
    // 63 degrees of freedom: above 127 once in a million.
    let statistic = chi_squared(&counts);
    assert!(statistic < 127.0, "{statistic}: {counts:?}");
}

/// The decision of a non-root sampler is a function of the trace id alone.
#[tokio::test]
async fn decisions_are_made_by_the_trace_id() {
    const REQUESTS: u64 = 4_000;
    let sampler = json!({"probability": {"ratio": 0.1}});
    let batch = json!({"schedule_delay": "50ms", "max_queue_size": 20_000});
    let sidecar = Sidecar::start(json!({"sampler": sampler, "batch": batch})).await;
    let ids = TraceIds::seeded(5);
    let request = move |n| {
        let parent = ids.traceparent(n, 2);
        Request::get("/").host("a.example").header("traceparent", parent)
    };
    let load = spanmesh_harness::Load::on(sidecar.envoy.port(INBOUND)).connections(8);
    let report = load.count(REQUESTS).requests(request).run().await;
    assert_eq!(report.with_status(200), REQUESTS);
    // th:e666 is 0.1 with four digits (specification, table of 1-in-N thresholds).
    let kept = |id: &u128| id & ((1 << 56) - 1) >= 0xe6_6600_0000_0000;
    let mut expected: Vec<String> =
        (0..REQUESTS).map(|n| ids.id(n)).filter(kept).map(|id| format!("{id:032x}")).collect();
    let spans = sidecar.collector.wait_for_spans(expected.len(), 10 * SECONDS).await;
    let mut found: Vec<String> = spans.iter().map(|span| span.trace_id()).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(binomial(REQUESTS, 0.1).contains(&(found.len() as f64)), "{}", found.len());
}
