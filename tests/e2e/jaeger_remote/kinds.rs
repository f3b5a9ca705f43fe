//! The kinds of strategies that are more than a share.

use serde_json::json;
use spanmesh_harness::{Jaeger, Load, Request, SECONDS};

use super::{FOLLOWED, UPDATES, binomial, check_account, sampled, sampled_of, share};
use super::{sidecar_following, traffic_until};
use crate::support::{INBOUND, SOON};

#[tokio::test]
async fn a_rate_is_kept_by_two_workers_together() {
    const RATE: f64 = 5.0;
    let limited = json!({"service": "shop", "type": "ratelimiting", "param": RATE});
    let jaeger = Jaeger::start(&json!({"service_strategies": [limited]})).await;
    let sidecar = sidecar_following(jaeger.sampling_port(), 2).await;
    traffic_until(&sidecar, true, FOLLOWED).await;
    // Each worker has its own copy of the strategy, as has Envoy's main thread.
    sidecar.envoy.wait_for_stat(UPDATES, |n| n >= 3, SOON).await;

    sidecar.application.clear();
    let load = Load::on(sidecar.envoy.port(INBOUND)).connections(8).duration(3 * SECONDS);
    let report = load.requests(|_| Request::get("/slow/5")).run().await;
    assert_eq!((report.with_status(200), report.errors), (report.answered(), 0), "{report:?}");
    assert!(report.answered() > 500, "far more than the rate: {report:?}");
    // The burst is a second's worth; a token may be under way at either end.
    let (at_rate, burst, slack) = (RATE * report.elapsed.as_secs_f64(), RATE, 1.0);
    let (kept, expected) = (sampled(&sidecar) as f64, at_rate - slack..=at_rate + burst + slack);
    assert!(expected.contains(&kept), "{kept} is not in {expected:?}");
    check_account(&sidecar).await;
}

#[tokio::test]
async fn operations_have_strategies_of_their_own() {
    let of = |operation: &str, param: f64| json!({"operation": operation, "type": "probabilistic", "param": param});
    let mut strategies = share(0.0);
    let known = [of("GET /cart", 1.0), of("/pay", 1.0), of("DELETE", 1.0), of("GET /half", 0.5)];
    // An answer of more than 100 KiB.
    let more = (0..1_500).map(|n| of(&format!("GET /another/operation/{n}"), 0.0));
    let operations: Vec<_> = known.into_iter().chain(more).collect();
    strategies["service_strategies"][0]["operation_strategies"] = json!(operations);
    let jaeger = Jaeger::start(&strategies).await;
    assert!(jaeger.strategies_of("shop").await["operationSampling"].is_object());
    let sidecar = sidecar_following(jaeger.sampling_port(), 1).await;
    traffic_until(&sidecar, true, FOLLOWED).await;

    let rows = [
        ("GET", "/cart", 100),
        ("GET", "/cart?item=7", 100),
        ("POST", "/cart", 0),
        ("GET", "/cart/7", 0),
        ("GET", "/", 0),
        ("POST", "/pay", 100),
        ("DELETE", "/cart", 100),
    ];
    for (method, path, expected) in rows {
        let kept = sampled_of(&sidecar, 100, Request::new(method, path)).await;
        assert_eq!(kept, expected, "{method} {path}");
    }
    let kept = sampled_of(&sidecar, 1_000, Request::get("/half")).await;
    let expected = binomial(1_000, 0.5);
    assert!(expected.contains(&(kept as f64)), "{kept} is not in {expected:?}");
    check_account(&sidecar).await;
}
