//! A client that never says the same twice: ten thousand paths, hosts, methods, names and values of
//! fields. Neither the memory of the VMs nor the number of Envoy's statistics grows with them.

use serde_json::json;
use spanmesh_harness::{Envoy, Load, Request};

use super::memory::Memory;
use crate::span_metrics;
use crate::support::{INBOUND, SOON, final_account};

const DISTINCT: u64 = 10_000;
/// The first ones fill the table of series, Envoy's buffers and the queue.
const WARM_UP: u64 = 3_000;
/// Series of span metrics for each worker.
const SERIES: usize = 100;
/// What memory may grow by from then on, in bytes, of the largest VM (13 for each request: less than
/// any of its names) and of the process. Batches are larger at one time than at another.
const VM_GROWTH: u64 = 128 << 10;
const GROWTH: u64 = 8 << 20;

/// The n-th request, which has nothing in common with the others.
fn request(number: u64) -> Request {
    let host = format!("host-{number}.example");
    let request = match number % 4 {
        // A method of gRPC is a name of its own; the span metrics have a limit for them.
        0 => Request::post(&format!("/attack{number}.Service/Method"), "")
            .header("content-type", "application/grpc"),
        1 => Request::new(&format!("METHOD-{number}"), &format!("/a/{number}")),
        2 => Request::get(&format!(
            "/orders/{number}/{}?q={number}",
            "x".repeat(number as usize % 300)
        )),
        _ => Request::get(&format!("/p{number}/{number}.html")),
    };
    request
        .host(&host)
        .header(&format!("x-name-{number}"), format!("value-{number}"))
        .header("x-captured", format!("value-{number}"))
        .header("tracestate", format!("k{number}=v"))
        .header("baggage", format!("k{number}=v"))
}

async fn statistics(envoy: &Envoy) -> usize {
    let (status, text) = envoy.admin("GET", "/stats?hidden=include").await;
    assert_eq!(status, 200);
    text.lines().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_paths_hosts_methods_and_fields_grow_nothing() {
    const CUSTOM_METHODS: &str =
        "/filter_chains/0/filters/0/typed_config/http_protocol_options/allow_custom_methods";
    let options = json!({
        "span_metrics": {"aggregation_cardinality_limit": SERIES},
        "routes": ["/orders/{id}/{rest}", "/a/{id}"],
        "mask_ids": true,
        "attributes": {"request_headers": ["x-captured"]},
        "keep": {"errors": true},
        "batch": {"schedule_delay": "50ms", "max_export_batch_size": 64},
    });
    let sidecar = span_metrics::sidecar(options, |config| {
        config.set_in_listener("inbound", CUSTOM_METHODS, true)
    })
    .await;
    let envoy = &sidecar.envoy;
    let send = async |first: u64, count: u64| {
        let load = Load::on(envoy.port(INBOUND)).connections(8).count(count);
        let report = load.requests(move |number| request(first + number)).run().await;
        assert_eq!((report.with_status(200), report.errors), (count, 0), "{report:?}");
        envoy.wait_for_stat("spanmesh_spans_created", |n| n >= first + count, SOON).await;
        let account = final_account(envoy).await;
        account.check();
        sidecar.collector.clear();
        (statistics(envoy).await, Memory::of(envoy.pid()))
    };
    let (warm_statistics, warm) = send(0, WARM_UP).await;
    let (statistics, now) = send(WARM_UP, DISTINCT).await;
    println!("{warm_statistics} statistics, then {statistics}; {warm}, then {now}");
    assert_eq!(statistics, warm_statistics, "statistics of Envoy");
    assert!(now.largest_vm <= warm.largest_vm + VM_GROWTH, "{warm}, then {now}");
    assert!(now.resident <= warm.resident + GROWTH, "{warm}, then {now}");
    let series = span_metrics::calls(&envoy.metrics_page().await);
    assert_eq!(series.len(), SERIES + 1, "the limit, and the overflow");
}
