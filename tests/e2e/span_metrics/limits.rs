//! What span metrics may cost: a bounded number of series, and nothing when they are off.

use serde_json::json;
use spanmesh_harness::{Client, DynamicEnvoy, Envoy, Load, Request};

use super::{CALLS, Series, calls, config, settled, sidecar};
use crate::support::{INBOUND, SOON, Sidecar, final_account};

const LIMIT: usize = 20;

/// A gRPC call without an answer in the sense of gRPC, but with a method.
fn call(method: &str) -> Request {
    Request::post(&format!("/{method}"), "").header("content-type", "application/grpc")
}

#[tokio::test]
async fn what_exceeds_the_limit_is_counted_together() {
    let options = json!({
        "sampler": "always_off",
        "span_metrics": {"aggregation_cardinality_limit": LIMIT},
    });
    let sidecar = sidecar(options, |config| config).await;
    let port = sidecar.envoy.port(INBOUND);
    let attack = |n: u64| call(&format!("attack{}.Service/Method", n % 300));
    let report = Load::on(port).count(600).requests(attack).run().await;
    assert_eq!(report.with_status(200), 600, "{report:?}");
    let long = call(&format!("{}/x", "x".repeat(300)));
    assert_eq!(Client::connect(port).await.send(&long).await.status, 200);
    let calls = settled(&sidecar.envoy, 601).await;
    assert_eq!(calls.len(), LIMIT + 1, "the limit, and the overflow");
    let overflow = calls[&Series::default()];
    assert_eq!(overflow, 601 - 2 * LIMIT as u64, "those that were known are counted on");
}

#[tokio::test]
async fn workers_and_configurations_share_the_series() {
    let (config, parts) = config(json!({"sampler": "always_off"})).await;
    let envoy = Envoy::builder(config).concurrency(2).start().await;
    let sidecar = parts.around(envoy);
    let names = |n: u64| Request::new(["GET", "POST", "DELETE"][n as usize % 3], "/");
    for port in [crate::support::INBOUND, crate::support::OUTBOUND] {
        let load = Load::on(sidecar.envoy.port(port)).connections(16).count(3_000);
        assert_eq!(load.requests(names).run().await.with_status(200), 3_000);
    }
    let calls = settled(&sidecar.envoy, 6_000).await;
    assert_eq!(calls.len(), 6, "{calls:?}");
    assert!(calls.values().all(|count| *count == 1_000), "{calls:?}");
}

/// Series outlive a configuration, in the host too; so a reload must not make room for new ones.
#[tokio::test]
async fn a_reload_makes_no_room() {
    let options = |delay: &str| {
        json!({
            "sampler": "always_off",
            "batch": {"schedule_delay": delay},
            "span_metrics": {"aggregation_cardinality_limit": LIMIT},
        })
    };
    let (first, _parts) = config(options("51ms")).await;
    let mut envoy = DynamicEnvoy::start(first).await;
    for round in 0..3_u64 {
        let attack = move |n: u64| call(&format!("round{round}.Service/Method{n}"));
        let load = Load::on(envoy.port(INBOUND)).count(100).requests(attack);
        assert_eq!(load.run().await.with_status(200), 100);
        let calls = settled(&envoy, 100 * (round + 1)).await;
        assert_eq!(calls.len(), LIMIT + 1, "{calls:?}");
        let text = super::plugin_of(options(&format!("{}ms", 60 + round))).to_string();
        let next = envoy.config().plugin_configuration(&text);
        envoy.update_listeners(next).await.expect("a good configuration is taken");
    }
}

#[tokio::test]
async fn there_are_no_statistics_unless_asked_for() {
    for options in [json!({}), json!({"span_metrics": null})] {
        let sidecar = Sidecar::start(options).await;
        let load = Load::on(sidecar.envoy.port(INBOUND)).count(20);
        assert_eq!(load.run().await.with_status(200), 20);
        sidecar.collector.wait_for_spans(20, SOON).await;
        final_account(&sidecar.envoy).await.check();
        let (_, stats) = sidecar.envoy.admin("GET", "/stats?hidden=include").await;
        assert!(stats.contains("spanmesh_spans_created") && !stats.contains("span_metrics"));
        assert!(calls(&sidecar.envoy.metrics_page().await).is_empty(), "{CALLS}");
    }
}
