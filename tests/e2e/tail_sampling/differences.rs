//! Where `keep` and the Collector differ by design.

use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::Request;
use tokio::time::sleep;

use super::policies::{self, SLOW};
use super::proxies::Proxies;
use super::replay::{self, Recorded};
use crate::mesh::TraceIds;
use crate::support::{INBOUND, OUTBOUND};

/// The hops of one trace, which begin one after the other.
struct Case {
    why: &'static str,
    hops: Vec<Request>,
    /// Between two hops.
    pause: Duration,
    /// Trace flags of the caller.
    flags: u8,
    /// What an application adds to each recorded span.
    adjust: fn(Recorded) -> Recorded,
    /// How many of the hops the Collector samples.
    sampled: usize,
    /// `spanmesh.keep.reason` of each hop that the proxy keeps; `-`: it has none.
    kept: &'static [&'static str],
}

impl Case {
    /// Hops with answers by these paths, which neither keeps.
    fn new(why: &'static str, answers: &[&str]) -> Case {
        let hops = answers.iter().map(|path| Request::get("/cart").header("x-upstream", *path));
        let (hops, pause, adjust) = (hops.collect(), Duration::ZERO, |span| span);
        Case { why, hops, pause, flags: 0, adjust, sampled: 0, kept: &[] }
    }

    /// One hop with this field, recorded as this.
    fn with(
        why: &'static str,
        (name, value): (&str, &str),
        adjust: fn(Recorded) -> Recorded,
    ) -> Case {
        let hops = vec![Request::get("/cart").header(name, value)];
        Case { hops, adjust, ..Case::new(why, &[]) }
    }

    fn sampled(self, sampled: usize) -> Case {
        Case { sampled, ..self }
    }

    fn kept(self, kept: &'static [&'static str]) -> Case {
        Case { kept, ..self }
    }
}

#[tokio::test]
async fn hops_are_judged_alone_and_headers_as_they_are() {
    let total = |value: &'static str| ("x-order-total", value);
    let double = |span: Recorded| span.with("order.total", Some(json!({"doubleValue": 2500.5})));
    let whole = |span: Recorded| span.with("order.total", Some(json!({"intValue": "1500"})));
    let array = |span: Recorded| {
        let values = json!({"values": [{"stringValue": "vip"}]});
        span.with("customer.tier", Some(json!({"arrayValue": values})))
    };
    let long_trace = Case::new("two short hops of a long trace", &["/", "/"]).sampled(2);
    let cases = [
        Case { pause: SLOW + Duration::from_millis(100), ..long_trace },
        Case::new("a failed hop and one beside it", &["/status/503", "/"])
            .sampled(2)
            .kept(&["error"]),
        Case::with("a double", total("2500.5"), double).kept(&["big-orders"]),
        Case::with("a header as the conventions record it", ("x-customer-tier", "vip"), array)
            .kept(&["vip"]),
        Case::with("no number in JSON: a plus", total("+1500"), whole).sampled(1),
        Case::with("no number in JSON: a leading zero", total("01500"), whole).sampled(1),
        Case { flags: 1, ..Case::new("sampled by the caller", &["/"]) }.kept(&["-"]),
        // That the proxy asks for more, the tests of its rules say; no clock here could.
        Case { adjust: |span| span.lasting(SLOW), ..Case::new("the threshold", &["/"]) }.sampled(1),
    ];
    check(INBOUND, policies::keep(), &cases).await;
}

#[tokio::test]
async fn a_client_span_of_404_has_failed_and_is_kept_by_a_rule_alone() {
    let mut keep = policies::keep();
    let refused = json!({"header": {"x-rule": "1"}, "direction": "outbound",
                         "response_status": ["400-499"]});
    let rules = keep["keep"]["rules"].as_array_mut().unwrap();
    rules.push(json!({"name": "refused", "match": refused}));
    let by_rule = Case::new("404 where a rule asks for it", &["/status/404"]);
    let hops = by_rule.hops.iter().map(|hop| hop.clone().header("x-rule", "1")).collect();
    let cases = [
        Case::new("200", &["/"]),
        Case::new("404", &["/status/404"]).sampled(1),
        Case::new("429", &["/status/429"]).sampled(1),
        Case::new("503", &["/status/503"]).sampled(1).kept(&["error"]),
        Case { hops, ..by_rule }.sampled(1).kept(&["refused"]),
    ];
    check(OUTBOUND, keep, &cases).await;
}

async fn check(listener: u16, keep: Value, cases: &[Case]) {
    let proxies = Proxies::start(keep).await;
    let ids = TraceIds::seeded(7);
    let mut hops = 0;
    for (n, case) in (0..).zip(cases) {
        for (number, hop) in case.hops.iter().enumerate() {
            if number > 0 {
                sleep(case.pause).await;
            }
            let hop = hop.clone().header("traceparent", ids.traceparent(n, case.flags));
            proxies.send(listener, &hop).await;
            hops += 1;
        }
    }

    let (kept, recorded) = proxies.settled(hops).await;
    let id = |n: usize| format!("{:032x}", ids.id(n as u64));
    let recorded = recorded.iter().map(|span| {
        let case = (0..).zip(cases).find(|(n, _)| span.trace_id() == id(*n));
        (case.unwrap().1.adjust)(Recorded::new(span))
    });
    let sampled = replay::through_the_collector(policies::of_the_collector(), recorded).await;
    for (n, case) in cases.iter().enumerate() {
        let sampled = sampled.iter().filter(|span| span.trace_id() == id(n)).count();
        let kept = kept.iter().filter(|span| span.trace_id() == id(n));
        let reason = kept.map(|span| span.str_attr("spanmesh.keep.reason"));
        let reasons: Vec<_> = reason.map(|it| it.unwrap_or_else(|| "-".to_owned())).collect();
        assert_eq!(sampled, case.sampled, "sampled by the Collector: {}", case.why);
        assert_eq!(reasons, case.kept, "kept by the proxy: {}", case.why);
    }
}
