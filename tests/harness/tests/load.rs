//! The closed-loop load against the upstream.

use std::time::Duration;

use spanmesh_harness::{
    Collector, DynamicEnvoy, Envoy, Load, Request, SECONDS, Upstream, free_port,
};

#[tokio::test]
async fn a_count_is_exact_and_requests_are_numbered() {
    let upstream = Upstream::start().await;
    let load = Load::on(upstream.port()).connections(3).count(50).requests(|number| {
        let path = if number % 10 == 0 { "/status/503" } else { "/" };
        Request::get(path).header("x-number", number.to_string())
    });
    let report = load.run().await;
    assert_eq!((report.with_status(200), report.with_status(503)), (45, 5));
    assert_eq!((report.answered(), report.errors), (50, 0), "{report:?}");

    let requests = upstream.requests();
    let number = |index: usize| requests[index].header("x-number").unwrap().parse().unwrap();
    let mut numbers: Vec<usize> = (0..50).map(number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, Vec::from_iter(0..50));
}

#[tokio::test]
async fn a_duration_ends_and_errors_are_counted() {
    let duration = Duration::from_millis(100);
    let report = Load::on(free_port()).duration(duration).run().await;
    assert_eq!(report.answered(), 0);
    assert!(report.errors > 0 && report.errors <= 100, "{report:?}");
    assert!(report.an_error.unwrap().contains("refused"));
    assert!(report.elapsed >= duration && report.elapsed < 20 * duration);
}

/// Checked by the compiler: all of this can run in tasks of their own.
#[tokio::test]
async fn waiting_can_be_spawned() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let (upstream, collector) =
        (Upstream::start().await, Collector::start_unchecked("spans of the test's own").await);
    sendable(upstream.wait_for_requests(0)).await;
    sendable(collector.wait_for_spans(0, SECONDS)).await;
    sendable(Load::on(upstream.port()).count(1).run()).await;
    let envoy = sendable(Envoy::builder(crate::native::config()).start()).await;
    sendable(envoy.wait_for_stat("server.live", |live| live == 1, SECONDS)).await;
    sendable(envoy.wait_for_log("starting workers", SECONDS)).await;
    sendable(envoy.stop()).await;
    let mut envoy = sendable(DynamicEnvoy::start(crate::native::config())).await;
    let config = envoy.config();
    sendable(envoy.update_listeners(config)).await.unwrap();
}
