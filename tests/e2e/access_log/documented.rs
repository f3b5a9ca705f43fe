//! The documented file as it stands, at the edge.

use spanmesh_harness::{
    AccessLog, Client, Collector, Envoy, EnvoyConfig, Request, SECONDS, Upstream,
};

use super::{join, text};
use crate::support::{PARENT_ID, TRACE_ID};

#[tokio::test]
async fn the_documented_log_leads_to_spans() {
    let (collector, service) = (Collector::start().await, Upstream::start().await);
    let log = AccessLog::create();
    let config = EnvoyConfig::from_file("envoy-config/access-log.yaml")
        .map_port(8080, service.port())
        .map_port(4318, collector.port())
        .map_access_logs(&log);
    let envoy = Envoy::builder(config).start().await;
    let mut client = Client::connect(envoy.port(10000)).await;
    for path in ["/one?user=1", "/status/404", "/status/500"] {
        let parent = format!("00-{TRACE_ID}-{PARENT_ID}-00");
        client.send(&Request::get(path).header("traceparent", parent)).await;
    }
    service.stop().await;
    assert_eq!(client.send(&Request::get("/down")).await.status, 503);
    let entries = log.wait_for_entries(4).await;
    let spans = collector.wait_for_spans(4, 10 * SECONDS).await;
    let joined = join(&entries, &spans);
    assert_eq!(joined.len(), 4, "an edge with the default sampler exports all");
    for (entry, span) in joined {
        assert_eq!(text(entry, "method"), span.str_attr("http.request.method").unwrap());
        let path = text(entry, "path");
        assert_eq!(path.split('?').next().unwrap(), span.str_attr("url.path").unwrap());
        assert_ne!(span.trace_id(), TRACE_ID, "a stranger's");
    }
    assert_eq!(text(&entries[3], "flags"), "UF");
    drop(envoy.stop().await);
    let log = log.entries();
    assert_eq!(log.len(), 4, "one line for each request: {log:#?}");
}
