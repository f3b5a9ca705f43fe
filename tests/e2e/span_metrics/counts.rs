//! What is counted is what spans would say of the same requests, whatever becomes of the spans.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spanmesh_harness::{Answer, Client, Envoy, EnvoyConfig, Request, SECONDS, grpc_call};

use super::{DURATION, Series, config, settled, sidecar};
use crate::support::{INBOUND, OUTBOUND, Parts, Sidecar, sampled_parent};

const HTTP_FILTERS: &str = "/filter_chains/0/filters/0/typed_config/http_filters";
const TIMEOUT: &str =
    "/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes/0/route/timeout";

/// Options with templates, and these.
pub fn options(more: Value) -> Value {
    let mut options = json!({"routes": ["/status/{code}", "/orders/{id}"]});
    for (key, value) in more.as_object().unwrap() {
        options[key] = value.clone();
    }
    options
}

/// A configuration with these options, a short timeout, and a filter in front that answers where a
/// header says so.
pub async fn prepared(options: Value) -> (EnvoyConfig, Parts) {
    let (config, parts) = config(options).await;
    let fault = json!({
        "name": "envoy.filters.http.fault",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault",
            "abort": {"header_abort": {}, "percentage": {"numerator": 100}},
        },
    });
    let config = ["inbound", "outbound"].into_iter().fold(config, |mut config, listener| {
        let filters = config.listener(listener).pointer_mut(HTTP_FILTERS).unwrap();
        filters.as_array_mut().unwrap().insert(0, fault.clone());
        config.set_in_listener(listener, TIMEOUT, "0.3s")
    });
    (config, parts)
}

async fn start(more: Value) -> Sidecar {
    let (config, parts) = prepared(options(more)).await;
    parts.around(Envoy::builder(config).start().await)
}

/// Sends requests of all fates to both sides, and gives their number.
pub async fn drive(sidecar: &Sidecar) -> u64 {
    let mut count = 0;
    for port in [INBOUND, OUTBOUND] {
        let port = sidecar.envoy.port(port);
        let paths = [
            "/orders/7",
            "/orders/8",
            "/elsewhere",
            "/status/302",
            "/status/404",
            "/status/500",
            "/status/503",
            "/hang",
            "/reset-stream",
            "/reset-mid-body",
        ];
        for path in paths {
            let request = Request::get(path).header("traceparent", sampled_parent());
            // Some have no answer, or half of one.
            let _ = Client::connect(port).await.try_send(&request).await;
        }
        let early = Request::get("/orders/9").header("x-envoy-fault-abort-request", "503");
        assert_eq!(Client::connect(port).await.send(&early).await.status, 503);
        let statuses: [(&str, bool); 5] =
            [("0", false), ("5", false), ("5", true), ("13", true), ("14", false)];
        for (status, in_headers) in statuses {
            let mut headers: Vec<(&str, &[u8])> = vec![("x-grpc-status", status.as_bytes())];
            headers.extend(in_headers.then_some(("x-grpc-trailers-only", b"1".as_slice())));
            grpc_call(port, "/shop.Cart/Add", &headers).await;
        }
        count += paths.len() as u64 + 1 + statuses.len() as u64;
    }
    // A client that goes away.
    let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
    let before = sidecar.application.request_count();
    client.send_raw(&Request::get("/hang").to_bytes()).await.unwrap();
    sidecar.application.wait_for_requests(before + 1).await;
    client.reset();
    count + 1
}

/// The exported spans, counted by what distinguishes series.
fn of_spans(sidecar: &Sidecar) -> BTreeMap<Series, u64> {
    let mut counts = BTreeMap::new();
    for span in sidecar.collector.spans() {
        let (kind, status) = (span.kind().as_str_name(), span.status().as_str_name());
        *counts.entry((span.name().to_owned(), kind.to_owned(), status.to_owned())).or_default() +=
            1;
    }
    counts
}

#[tokio::test]
async fn calls_are_those_of_spans_whatever_becomes_of_them() {
    let sidecar = start(json!({"sampler": "always_on"})).await;
    let requests = drive(&sidecar).await;
    let all = settled(&sidecar.envoy, requests).await;
    sidecar.collector.wait_for_spans(requests as usize, 10 * SECONDS).await;
    assert_eq!(all, of_spans(&sidecar));
    assert!(all.len() >= 12, "{all:#?}");
    let errors = all.iter().filter(|((.., status), _)| status == "STATUS_CODE_ERROR");
    assert!(errors.map(|(_, count)| count).sum::<u64>() > requests / 3, "{all:#?}");

    let rows = [
        (json!({"sampler": "always_off"}), "no span at all"),
        (json!({"sampler": {"probability": {"ratio": 0.5}}}), "half of them"),
        (json!({"sampler": "always_off", "keep": {"errors": true, "slower_than": "1s"}}), "some"),
        (
            json!({"sampler": "always_off",
                "keep": {"errors": true, "rate_limit": {"traces_per_second": 0.001, "burst": 1}}}),
            "one",
        ),
        (
            json!({"batch": {"max_queue_size": 1, "max_export_batch_size": 1},
                "retry": {"initial_interval": "20s", "max_interval": "20s"}}),
            "none, for the queue is full",
        ),
        (json!({"trust": {"inbound": "edge", "outbound": "edge"}}), "all, of new traces"),
    ];
    for (options, why) in rows {
        let sidecar = start(options).await;
        sidecar.collector.set_default(Answer::Status(503));
        assert_eq!(drive(&sidecar).await, requests);
        assert_eq!(settled(&sidecar.envoy, requests).await, all, "{why}");
        assert_eq!(sidecar.envoy.stat("spanmesh_host_errors").await, 0);
    }
}

#[tokio::test]
async fn durations_are_milliseconds() {
    let sidecar = sidecar(json!({"sampler": "always_off"}), |config| config).await;
    let mut client = Client::connect(sidecar.envoy.port(INBOUND)).await;
    for _ in 0..2 {
        assert_eq!(client.send(&Request::get("/slow/250")).await.status, 200);
    }
    settled(&sidecar.envoy, 2).await;
    let page = sidecar.envoy.metrics_page().await;
    assert_eq!(page.types[DURATION], "histogram");
    let buckets = format!("{DURATION}_bucket");
    let mut counts: Vec<(f64, f64)> = page
        .of(&buckets)
        .map(|(labels, count)| (labels["le"].parse().unwrap_or(f64::INFINITY), count))
        .collect();
    counts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bounds: Vec<f64> = counts.iter().map(|(bound, _)| *bound).collect();
    let of_the_collector = [
        2.,
        4.,
        6.,
        8.,
        10.,
        50.,
        100.,
        200.,
        400.,
        800.,
        1000.,
        1400.,
        2000.,
        5000.,
        10000.,
        15000.,
        f64::INFINITY,
    ];
    assert_eq!(bounds, of_the_collector);
    assert_eq!(counts[7], (200., 0.), "{counts:?}");
    assert_eq!(counts[10], (1000., 2.), "{counts:?}");
    let sum = page.of(&format!("{DURATION}_sum")).next().unwrap().1;
    assert!((490.0..1000.0).contains(&sum), "{sum}");
}
