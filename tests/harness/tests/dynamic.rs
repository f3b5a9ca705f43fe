//! Listeners that change while Envoy runs.

use serde_json::json;
use spanmesh_harness::{Client, Cluster, DynamicEnvoy, Load, Request, SECONDS, Upstream};

use crate::native;

const ROUTE: &str = "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config\
                     /route_config/virtual_hosts/0/routes/0";

async fn status(envoy: &DynamicEnvoy) -> u16 {
    let mut client = Client::connect(envoy.port(15006)).await;
    client.send(&Request::get("/")).await.status
}

#[tokio::test]
async fn listeners_change_and_bad_ones_are_refused() {
    let application = Upstream::start().await;
    let config = native::config().map_port(8080, application.port());
    let mut envoy = DynamicEnvoy::start(config).await;
    assert_eq!(status(&envoy).await, 200);

    let teapot = json!({"match": {"prefix": "/"}, "direct_response": {"status": 418}});
    envoy.update_listeners(envoy.config().set(ROUTE, teapot)).await.unwrap();
    assert_eq!(status(&envoy).await, 418);
    assert_eq!(envoy.stat("listener_manager.lds.update_success").await, 2);

    let lost = json!({"match": {"prefix": "/"}, "route": {"cluster": "no-such-cluster"}});
    let log = envoy.update_listeners(envoy.config().set(ROUTE, lost)).await.unwrap_err();
    assert!(log.contains("no-such-cluster"), "{log}");

    let unreadable = envoy.config().set("/static_resources/listeners/0/name", json!(["a list"]));
    let log = envoy.update_listeners(unreadable).await.unwrap_err();
    assert!(log.contains("listeners.json"), "{log}");
    assert_eq!(status(&envoy).await, 418);

    let gone = json!({"match": {"prefix": "/"}, "direct_response": {"status": 410}});
    envoy.update_listeners(envoy.config().set(ROUTE, gone)).await.unwrap();
    assert_eq!(status(&envoy).await, 410);
}

#[tokio::test]
async fn a_change_under_load_loses_no_request() {
    let application = Upstream::start().await;
    let config = native::config().map_port(8080, application.port());
    let mut envoy = DynamicEnvoy::start_with(config, |builder| builder.concurrency(2)).await;
    let load = Load::on(envoy.port(15006)).connections(4).duration(2 * SECONDS);
    let load = tokio::spawn(load.run());
    for round in 0..4 {
        tokio::time::sleep(SECONDS / 4).await;
        let prefix = json!({"stat_prefix": format!("round-{round}")});
        let pointer = ROUTE.replace("/route_config/virtual_hosts/0/routes/0", "/stat_prefix");
        let config = envoy.config().set(&pointer, prefix["stat_prefix"].clone());
        envoy.update_listeners(config).await.unwrap();
    }
    let report = load.await.unwrap();
    assert_eq!((report.errors, report.answered()), (0, report.with_status(200)), "{report:?}");
    assert!(envoy.stat("http.round-3.downstream_rq_2xx").await > 0);
    assert_eq!(application.requests().len() as u64, report.answered());
}

#[tokio::test]
async fn clusters_come_and_go_after_the_listener() {
    let (application, late) = (Upstream::start().await, Upstream::start().await);
    let config = native::config().map_port(8080, application.port());
    // A route may name a cluster that is not there yet if nobody checks.
    let config =
        config.set(&ROUTE.replace("/virtual_hosts/0/routes/0", "/validate_clusters"), false);
    let config = config.set(&format!("{ROUTE}/route/cluster"), "late");
    let mut envoy = DynamicEnvoy::start(config).await;
    assert_eq!(status(&envoy).await, 503);

    envoy.set_clusters([Cluster::new("late", late.port()).http2()]).await.unwrap();
    assert_eq!(status(&envoy).await, 200);
    assert_eq!(late.requests()[0].version, http::Version::HTTP_2);

    let log = envoy.set_clusters([Cluster::new("", 1)]).await.unwrap_err();
    assert!(log.contains("ClusterValidationError.Name"), "{log}");
    envoy.set_clusters([]).await.unwrap();
    assert_eq!(status(&envoy).await, 503);
    assert_eq!((late.requests().len(), application.requests().len()), (1, 0));
    assert_eq!(envoy.stat("listener_manager.lds.update_success").await, 1, "no listener changed");
}
