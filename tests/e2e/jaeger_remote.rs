//! Jaeger remote sampling through the real proxy, with the real Jaeger and with bad answers.

mod bad_answers;
mod kinds;

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use spanmesh_harness::wait::Looks;
use spanmesh_harness::{Client, Envoy, Jaeger, Load, Request};

use crate::sampling::statistics::binomial;
use crate::support::{INBOUND, Parts, SOON, Sidecar, final_account, plugin, sampled_parent};

const UPDATES: &str = "spanmesh_sampling_updates";
const FAILURES: &str = "spanmesh_sampling_update_failures";
/// A new strategy is in force by then: Jaeger reads its file five times a second and is asked
/// every second.
const FOLLOWED: Duration = Duration::from_secs(5);

/// A sidecar whose inbound listener does as the strategies endpoint on this port says.
async fn sidecar_following(port: u16, workers: u32) -> Sidecar {
    let (name, endpoint) = ("jaeger-sampling", ("127.0.0.1", 5778));
    let address = json!({"socket_address": {"address": endpoint.0, "port_value": endpoint.1}});
    let endpoints = json!([{"lb_endpoints": [{"endpoint": {"address": address}}]}]);
    let assignment = json!({"cluster_name": name, "endpoints": endpoints});
    let cluster = json!({"name": name, "type": "STATIC", "load_assignment": assignment});
    let remote = json!({"cluster": name, "interval": "1s", "initial_sampler": "always_off"});
    let following = plugin(json!({
        "resource": {"attributes": {"service.name": "shop"}},
        "sampler": {"parent_based": {"root": {"jaeger_remote": remote}}},
    }));

    let (config, parts) = Parts::start().await;
    let config = config
        .set("/static_resources/clusters/-", cluster)
        .map_port(endpoint.1, port)
        .plugin_configuration(&plugin(json!({})).to_string())
        .plugin_configuration_of("inbound", &following.to_string());
    parts.around(Envoy::builder(config).concurrency(workers).start().await)
}

/// A strategies file that gives the service `shop` this share, and any other the rest.
fn share(share: f64) -> Value {
    let of = |param: f64| json!({"type": "probabilistic", "param": param});
    let mut shop = of(share);
    shop["service"] = json!("shop");
    json!({"service_strategies": [shop], "default_strategy": of(1.0 - share)})
}

/// How many requests the application saw sampled; each must say whether it was.
fn sampled(sidecar: &Sidecar) -> u64 {
    let is_sampled = |traceparent: String| match traceparent.rsplit_once('-') {
        Some((_, "01" | "03")) => true,
        Some((_, "00" | "02")) => false,
        _ => panic!("{traceparent}"),
    };
    let requests = sidecar.application.requests();
    requests.iter().filter(|r| is_sampled(r.header("traceparent").unwrap())).count() as u64
}

/// Sends so many of these requests, of which none may fail, and gives how many were sampled.
async fn sampled_of(sidecar: &Sidecar, count: u64, request: Request) -> u64 {
    sidecar.application.clear();
    let load = Load::on(sidecar.envoy.port(INBOUND)).connections(2).count(count);
    let report = load.requests(move |_| request.clone()).run().await;
    assert_eq!(report.with_status(200), count, "{report:?}");
    sampled(sidecar)
}

/// Sends requests until one is sampled, or until one is not.
async fn traffic_until(sidecar: &Sidecar, wanted: bool, patience: Duration) {
    let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
    let mut looks = Looks::within(patience);
    while looks.another().await {
        sidecar.application.clear();
        assert_eq!(client.send(&Request::get("/cart")).await.status, 200);
        if (sampled(sidecar) == 1) == wanted {
            return;
        }
    }
    panic!("sampled is not {wanted} after {patience:?}:\n{}", sidecar.envoy.log());
}

/// Every request was counted, sampled or not, and nothing was lost.
async fn check_account(sidecar: &Sidecar) {
    let account = final_account(&sidecar.envoy).await;
    let requests = sidecar.envoy.stat("http.inbound.downstream_rq_total").await;
    assert_eq!(account.of("spans_created") + account.of("spans_sampled_out"), requests);
    sidecar.settled(account.of("spans_created")).await.check();
}

#[tokio::test]
async fn the_initial_sampler_decides_until_jaeger_does_and_each_new_share_is_followed() {
    let jaeger = Jaeger::start(&share(1.0)).await;
    jaeger.stop().await;
    let sidecar = sidecar_following(jaeger.sampling_port(), 1).await;
    sidecar.envoy.wait_for_stat(FAILURES, |n| n > 0, SOON).await;
    assert_eq!(sampled_of(&sidecar, 50, Request::get("/")).await, 0, "the initial sampler");
    assert_eq!(sidecar.envoy.stat(UPDATES).await, 0);

    jaeger.restart().await;
    traffic_until(&sidecar, true, FOLLOWED).await;
    assert_eq!(sampled_of(&sidecar, 200, Request::get("/")).await, 200);
    jaeger.set_strategies(&share(0.0));
    traffic_until(&sidecar, false, FOLLOWED).await;
    assert_eq!(sampled_of(&sidecar, 200, Request::get("/")).await, 0);
    jaeger.set_strategies(&share(0.5));
    traffic_until(&sidecar, true, FOLLOWED).await;
    let kept = sampled_of(&sidecar, 4_000, Request::get("/")).await;
    let expected = binomial(4_000, 0.5);
    assert!(expected.contains(&(kept as f64)), "{kept} is not in {expected:?}");
    sidecar.envoy.wait_for_stat(UPDATES, |n| n >= 3, SOON).await;
    check_account(&sidecar).await;
}

#[tokio::test]
async fn the_last_strategy_outlives_jaeger_until_it_is_back_with_another() {
    let jaeger = Jaeger::start(&share(1.0)).await;
    let sidecar = sidecar_following(jaeger.sampling_port(), 1).await;
    traffic_until(&sidecar, true, FOLLOWED).await;
    assert_eq!(sidecar.envoy.stat(FAILURES).await, 0);

    jaeger.stop().await;
    // The worker asks, and so does Envoy's main thread: one of them has failed twice.
    sidecar.envoy.wait_for_stat(FAILURES, |n| n >= 3, SOON).await;
    assert_eq!(sampled_of(&sidecar, 200, Request::get("/")).await, 200);
    let log = sidecar.envoy.log();
    let said = log.lines().filter(|line| line.contains("the last good one stays in force"));
    let threads: Vec<&str> = said.filter_map(|line| line.split("][").nth(1)).collect();
    let different: HashSet<&str> = threads.iter().copied().collect();
    assert!((1..=different.len()).contains(&threads.len()), "each thread says so once:\n{log}");

    jaeger.set_strategies(&share(0.0));
    jaeger.restart().await;
    traffic_until(&sidecar, false, FOLLOWED).await;
    assert_eq!(sampled_of(&sidecar, 200, Request::get("/")).await, 0);
    check_account(&sidecar).await;
}

#[tokio::test]
async fn a_caller_is_followed_whatever_the_strategy_says() {
    let jaeger = Jaeger::start(&share(1.0)).await;
    let sidecar = sidecar_following(jaeger.sampling_port(), 1).await;
    let with_parent = |parent: String| Request::get("/").header("traceparent", parent);
    let (yes, no) = (sampled_parent(), sampled_parent().replace("-01", "-00"));

    traffic_until(&sidecar, true, FOLLOWED).await;
    assert_eq!(sampled_of(&sidecar, 100, with_parent(no.clone())).await, 0);
    assert_eq!(sampled_of(&sidecar, 100, with_parent(yes.clone())).await, 100);
    jaeger.set_strategies(&share(0.0));
    traffic_until(&sidecar, false, FOLLOWED).await;
    assert_eq!(sampled_of(&sidecar, 100, with_parent(yes)).await, 100);
    assert_eq!(sampled_of(&sidecar, 100, with_parent(no)).await, 0);
    check_account(&sidecar).await;
}
