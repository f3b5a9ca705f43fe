//! Where a stranger's trace id stays, its choice must not decide whether the trace is sampled.

use serde_json::{Value, json};
use spanmesh_harness::{Client, Load, RecordedRequest, Request};

use super::{add_listener, inbound_at, root_ratio};
use crate::support::{PARENT_ID, final_account, plugin};

/// A trace id that every ratio keeps.
const CHOSEN: &str = "111111111111111111ffffffffffffff";

/// Tracestates of a stranger who wants to be sampled.
const LISTS: [&str; 3] =
    ["vendor=1", "vendor=1,ot=rv:ffffffffffffff", "ot=th:0;rv:ffffffffffffff,vendor=1"];

/// Requests for each of these.
const REQUESTS: u64 = 600;

/// The samplers with a share of a tenth.
fn samplers() -> [(u16, Value); 3] {
    let tenth = json!({"ratio": 0.1});
    [
        (15100, root_ratio(0.1)),
        (15101, json!({"probability": tenth})),
        (15102, json!({"parent_based": {"root": {"trace_id_ratio_based": tenth}}})),
    ]
}

#[tokio::test]
async fn a_chosen_trace_id_is_sampled_no_more_often_than_others() {
    let edge = json!({"edge": {"on_foreign_context": "ignore_decision"}});
    let listeners = samplers()
        .map(|(port, sampler)| (port, json!({"sampler": sampler, "trust": {"inbound": edge}})));
    // A hop behind the edge that decides for itself.
    let behind = plugin(json!({"sampler": {"probability": {"ratio": 0.1}}}));
    let sidecar =
        inbound_at(&listeners, |config| add_listener(config, "inbound", 15200, &behind)).await;
    for (port, sampler) in samplers() {
        sidecar.application.clear();
        let request = |n: u64| {
            let list = LISTS[n as usize % LISTS.len()];
            Request::get(&format!("/{}", n as usize % LISTS.len()))
                .host("a.example")
                .header("traceparent", format!("00-{CHOSEN}-{PARENT_ID}-01"))
                .header("tracestate", list)
        };
        let total = REQUESTS * LISTS.len() as u64;
        let load = Load::on(sidecar.envoy.port(port)).connections(4).count(total);
        assert_eq!(load.requests(request).run().await.with_status(200), total);
        let seen = sidecar.application.requests();
        for (number, list) in LISTS.iter().enumerate() {
            let path = format!("/{number}");
            let of_list: Vec<_> = seen.iter().filter(|request| request.path == path).collect();
            let sampled = of_list.iter().filter(|request| is_sampled(request)).count();
            // Binomial with n = 600 and p = 0.1: outside in one of 10^7 runs.
            let share = 100 * sampled / of_list.len();
            assert!((4..=20).contains(&share), "{list} with {sampler}: {share} %");
            let tells_threshold = port != 15102;
            of_list.iter().for_each(|request| check_list(request, tells_threshold));
        }
        follow(&seen, sidecar.envoy.port(15200), &sidecar.application).await;
    }
    let account = final_account(&sidecar.envoy).await;
    assert_eq!(account.of("contexts_foreign"), REQUESTS * (LISTS.len() * samplers().len()) as u64);
    account.check();
}

/// The trace goes on with randomness of our own, which fits the decision.
fn check_list(request: &RecordedRequest, tells_threshold: bool) {
    let traceparent = request.header("traceparent").unwrap();
    assert!(traceparent.starts_with(&format!("00-{CHOSEN}-")), "{traceparent}");
    let list = request.header("tracestate").unwrap();
    let (ot, vendor) = list.split_once(',').unwrap();
    assert_eq!(vendor, "vendor=1", "{list}: other vendors' members stay");
    let (threshold, randomness) = match ot.strip_prefix("ot=").unwrap().split_once(';') {
        Some((threshold, randomness)) => (Some(threshold), randomness),
        None => (None, ot.strip_prefix("ot=").unwrap()),
    };
    let is_sampled = is_sampled(request);
    let expected = (is_sampled && tells_threshold).then_some("th:e666");
    assert_eq!(threshold, expected, "{list}");
    let randomness = randomness.strip_prefix("rv:").unwrap();
    assert_eq!(randomness.len(), 14, "{list}");
    let randomness = u64::from_str_radix(randomness, 16).unwrap();
    // A tenth, in 56 bits; the threshold is written with four digits.
    let at_edge = 0x00e6_6600_0000_0000;
    let is_near = randomness.abs_diff(at_edge) < 1 << 40;
    assert!(is_near || is_sampled == (randomness >= at_edge), "{list}: {is_sampled}");
}

/// A hop behind the edge with the same ratio decides the same.
async fn follow(seen: &[RecordedRequest], port: u16, application: &spanmesh_harness::Upstream) {
    application.clear();
    let mut client = Client::connect(port).await;
    let mut expected = Vec::new();
    for request in seen.iter().take(100) {
        let [traceparent, list] =
            ["traceparent", "tracestate"].map(|name| request.header(name).unwrap());
        let onward = Request::get("/").host("a.example").header("traceparent", traceparent);
        client.send(&onward.header("tracestate", list)).await;
        expected.push(is_sampled(request));
    }
    let followed: Vec<_> = application.requests().iter().map(is_sampled).collect();
    assert_eq!(followed, expected);
}

fn is_sampled(request: &RecordedRequest) -> bool {
    let traceparent = request.header("traceparent").unwrap();
    u8::from_str_radix(&traceparent[53..], 16).unwrap() & 1 == 1
}
