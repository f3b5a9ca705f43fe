//! Access logs that a real Envoy writes.

use serde_json::{Value, json};
use spanmesh_harness::{AccessLog, Client, Envoy, EnvoyConfig, Request, Upstream};

use crate::native;

const CONNECTION_MANAGER: &str =
    "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config";

fn format() -> Value {
    json!({
        "path": "%REQ(:PATH)%",
        "status": "%RESPONSE_CODE%",
        "traceparent": "%REQ(TRACEPARENT)%",
        "none": "%FILTER_STATE(wasm.spanmesh.trace_id:PLAIN)%",
    })
}

async fn log_two_requests(config: EnvoyConfig, log: &AccessLog) -> Vec<Value> {
    let application = Upstream::start().await;
    let envoy = Envoy::builder(config.map_port(8080, application.port())).start().await;
    let mut client = Client::connect(envoy.port(15006)).await;
    assert_eq!(log.entries(), [] as [Value; 0]);
    client.send(&Request::get("/cart")).await;
    client.send(&Request::get("/status/404").header("traceparent", "none of \"ours\"")).await;
    log.wait_for_entries(2).await
}

#[tokio::test]
async fn an_added_log_is_read() {
    let log = AccessLog::create();
    let config = native::config()
        // With a tracer of its own, Envoy would write its traceparent over ours.
        .set(&format!("{CONNECTION_MANAGER}/tracing"), Value::Null)
        .add_access_log("inbound", format(), &log);
    let entries = log_two_requests(config, &log).await;
    let first = json!({"path": "/cart", "status": 200, "traceparent": null, "none": null});
    assert_eq!(entries[0], first);
    assert_eq!(entries[1]["status"], 404);
    assert_eq!(entries[1]["traceparent"], "none of \"ours\"");
}

#[tokio::test]
async fn logs_of_a_configuration_are_mapped() {
    let kinds = [
        json!({
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": "/var/log/envoy/access.log",
            "log_format": {"json_format": format()},
        }),
        json!({
            "@type":
                "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": {"json_format": format()},
        }),
    ];
    for kind in kinds {
        let log = AccessLog::create();
        let access_log = json!([{"name": "log", "typed_config": kind}]);
        let config = native::config()
            .set(&format!("{CONNECTION_MANAGER}/access_log"), access_log)
            .map_access_logs(&log);
        let entries = log_two_requests(config, &log).await;
        assert_eq!(entries[1]["path"], "/status/404", "{kind}");
    }
}

#[test]
#[should_panic(expected = "there is no access log to map")]
fn a_configuration_without_logs_cannot_be_mapped() {
    native::config().map_access_logs(&AccessLog::create());
}
