//! Authentication: what the configuration names arrives, and is in no log.

use std::time::Duration;

use serde_json::json;
use spanmesh_harness::{Answer, Envoy, Refusal};

use super::line::numbered;
use super::transport::{Transport, each};
use crate::support::{INBOUND, Parts, SOON, Sidecar, plugin};

const VARIABLES: &str = "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/vm_config/environment_variables/key_values";
/// To formats it would mean something.
const TOKEN: &str = "s3cret-50%-%REQ(:path)%-%%d";
const KEY: &str = "k3y-of-tenant";

async fn start(transport: Transport) -> Sidecar {
    let (config, parts) = Parts::start().await;
    let headers = json!({
        "authorization": "Bearer ${env:COLLECTOR_TOKEN}", "x-api-key": KEY, "x-tenant": "shop",
    });
    let options = json!({
        "batch": {"schedule_delay": "60s", "max_export_batch_size": 2},
        "retry": {"initial_interval": "20ms", "max_interval": "50ms", "max_elapsed_time": "60s"},
    });
    let exporter = json!({"headers": headers, "timeout": "500ms"});
    let options = plugin(transport.options(exporter, options)).to_string();
    let variables = json!({"COLLECTOR_TOKEN": TOKEN});
    let config = transport
        .adjust(config)
        .plugin_configuration(&options)
        .set_in_listener("inbound", VARIABLES, variables.clone())
        .set_in_listener("outbound", VARIABLES, variables);
    parts.around(Envoy::builder(config).log_levels("wasm:debug").start().await)
}

#[tokio::test]
async fn headers_arrive_with_every_try_and_are_in_no_log() {
    each(|transport| async move {
        let sidecar = start(transport).await;
        let echo = vec![("authorization".to_owned(), format!("Bearer {TOKEN}"))];
        let failures = [
            Answer::Refuse(Refusal::Unavailable(None)),
            Answer::ResetConnection,
            Answer::ResetStream,
            Answer::Delay(Duration::from_secs(2), Answer::Accept.into()),
            Answer::StatusWithHeaders(503, echo),
            Answer::Status(401),
        ];
        let tries = failures.len();
        sidecar.collector.script(failures);
        let mut client = spanmesh_harness::Client::connect(sidecar.envoy.port(INBOUND)).await;
        for number in 0..4 {
            let request = numbered(number, "/").header("authorization", "Basic dXNlcg==");
            assert_eq!(client.send(&request).await.status, 200);
        }
        // The last failure ends the first batch.
        let requests = sidecar.collector.wait_for_requests(tries + 1, SOON).await;
        for request in &requests {
            let expected = [
                ("authorization", &*format!("Bearer {TOKEN}")),
                ("x-api-key", KEY),
                ("x-tenant", "shop"),
            ];
            for (name, value) in expected {
                assert_eq!(request.header(name).as_deref(), Some(value), "{request}");
            }
        }
        let account = sidecar.settled(4).await;
        account.check();
        let counted = (account.of("spans_delivered"), account.of("spans_dropped_not_retryable"));
        assert_eq!(counted, (2, 2));
        sidecar.envoy.wait_for_log("dropped spans: ", SOON).await;
        let log = sidecar.envoy.log();
        assert!(log.contains("[debug][wasm]"), "the log tells what it can: {log}");
        for secret in ["s3cret", "k3y-of", "Bearer"] {
            let lines: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
            assert!(lines.is_empty(), "{secret}: {lines:?}");
        }
    })
    .await;
}

/// Neither is what cannot be a header field.
#[tokio::test]
async fn a_secret_that_cannot_be_sent_is_refused_without_being_told() {
    let (config, _parts) = Parts::start().await;
    let exporter = json!({"otlp_http": {"cluster": "otel-collector",
                                        "headers": {"authorization": "s3cret\nx-injected: 1"}}});
    let options = json!({"exporter": exporter}).to_string();
    let refused = Envoy::try_start(config.plugin_configuration(&options)).await;
    let log = refused.expect_err("a value with a line break is refused");
    assert!(log.contains("exporter.otlp_http.headers.authorization: "), "{log}");
    assert!(!log.contains("s3cret") && !log.contains("x-injected"), "{log}");
}
