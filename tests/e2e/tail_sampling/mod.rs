//! `keep` in the proxy and tail sampling in the real OpenTelemetry Collector say the same of the
//! same traffic.
//!
//! ```text
//! requests ──┬─► Envoy, keep, nothing sampled ──► spans that were kept ───────────────┐
//!            └─► Envoy, always_on ──► every span ──► Collector ──► spans it sampled ──┴─► equal?
//! ```
//!
//! [`traffic`] makes the requests, each the only one of its trace; [`policies`] has the five
//! policies in both languages; [`proxies`] has both Envoys; [`replay`] gives the recorded spans to
//! the Collector. A policy of the Collector sees attributes only, so the test adds to each
//! recorded span what an application has to record for it: `order.total`, in whole units because
//! the policy reads integers alone, and `customer.tier`. The proxy reads the request's headers.
//!
//! Where they differ, they do so by design; those that a test can show are in [`differences`]:
//!
//! - A failed CLIENT span includes 4xx by the semantic conventions; `keep.errors` asks for 5xx.
//! - The Collector judges and samples whole traces: their latency is from the first start to the
//!   last end, and one failed span brings all others. The proxy judges each hop when it ends, and
//!   tells only the hops above (`keep.along_path`) and, with `keep.calls`, its own calls.
//! - The Collector reads integers and strings alone: an order total that is a double, or a header
//!   recorded as the array of the conventions, is nothing to it. The proxy reads the header.
//! - The header must be a number as JSON writes it (`+1500` and `01500` are none); an application
//!   may read more.
//! - What a caller sampled, the proxy exports whatever `keep` says, and without a reason.
//! - A trace of exactly the threshold is sampled by the Collector and not slower for the proxy.
//! - The proxy's decision is there at the end of the exchange, costs no memory for the traces that
//!   are dropped, and is bounded by `keep.rate_limit`. The Collector holds every span of every
//!   trace for `decision_wait`, sees none that its own overload or the network lost, and decides
//!   once more about spans that come later.

mod differences;
mod kinds;
mod policies;
mod proxies;
mod replay;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};

use spanmesh_harness::{Load, LoadReport, ReceivedSpan};

use self::proxies::Proxies;
use self::replay::Recorded;
use self::traffic::Asked;
use crate::support::INBOUND;

const REQUESTS: u64 = 600;
const CONNECTIONS: usize = 32;

#[tokio::test]
async fn keep_and_the_collector_agree_on_every_trace() {
    let asked = traffic::seeded(20_260_731, REQUESTS);
    let proxies = Proxies::start(policies::keep()).await;
    let load = |port| {
        let asked = asked.clone();
        let request = move |n: u64| asked[n as usize].request();
        Load::on(port).connections(CONNECTIONS).count(REQUESTS).requests(request).run()
    };
    let (kept, recorded) = (&proxies.keeping.envoy, &proxies.recording.envoy);
    let reports = tokio::join!(load(kept.port(INBOUND)), load(recorded.port(INBOUND)));
    for report in [reports.0, reports.1] {
        check_report(&report, &asked);
    }

    let (kept, recorded) = proxies.settled(REQUESTS).await;
    let by_trace: BTreeMap<&str, &Asked> = asked.iter().map(|it| (it.trace_id(), it)).collect();
    let recorded = recorded.iter().map(|span| {
        let asked = by_trace[&*span.trace_id()];
        Recorded::new(span).with("order.total", asked.order()).with("customer.tier", asked.tier())
    });
    let sampled = replay::through_the_collector(policies::of_the_collector(), recorded).await;

    let reasons: BTreeMap<String, Option<String>> =
        kept.iter().map(|span| (span.trace_id(), span.str_attr("spanmesh.keep.reason"))).collect();
    assert_eq!(reasons.len(), kept.len(), "one span for each trace");
    check_verdicts(&asked, &reasons, &traces(&sampled));
    assert_eq!(sampled.len(), kept.len(), "each once");
}

/// Every request was answered, but for those whose answer was to break off.
fn check_report(report: &LoadReport, asked: &[Asked]) {
    let broken = asked.iter().filter(|asked| asked.breaks_off()).count() as u64;
    assert_eq!((report.answered(), report.errors), (REQUESTS - broken, broken), "{report:?}");
}

/// Compares request by request; whatever is wrong is told together.
fn check_verdicts(
    asked: &[Asked],
    kept: &BTreeMap<String, Option<String>>,
    sampled: &BTreeSet<String>,
) {
    let mut wrong = Vec::new();
    let mut tally = BTreeMap::<Option<&str>, u32>::new();
    for asked in asked {
        let reason = kept.get(asked.trace_id());
        let is_sampled = sampled.contains(asked.trace_id());
        match reason {
            Some(reason) if !is_sampled => {
                wrong.push(format!("kept by the proxy alone ({reason:?}): {asked}"));
            }
            None if is_sampled => wrong.push(format!("sampled by the Collector alone: {asked}")),
            _ => {}
        }
        let reason = reason.map(|reason| reason.as_deref().unwrap_or("no reason"));
        if reason != asked.reason() {
            wrong.push(format!("{reason:?} in place of {:?}: {asked}", asked.reason()));
        }
        *tally.entry(asked.reason()).or_default() += 1;
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(tally.len(), 6, "five reasons and none: {tally:?}");
    assert!(tally.values().all(|&count| count >= 20), "each is put to the test: {tally:?}");
}

fn traces(spans: &[ReceivedSpan]) -> BTreeSet<String> {
    spans.iter().map(ReceivedSpan::trace_id).collect()
}
