//! Lines of requests that the filter has not touched.

use serde_json::{Value, json};
use spanmesh_harness::{AccessLog, Client, Request, SECONDS};

use super::{format, ids_of_entry, ids_of_span, text};
use crate::support::{INBOUND, OUTBOUND, PARENT_ID, Sidecar, TRACE_ID, sampled_parent};

/// A request that passes untouched has the ids of its caller; what is no request has none.
#[tokio::test]
async fn lines_of_untouched_requests_have_the_ids_of_their_callers() {
    let log = AccessLog::create();
    let options =
        json!({"filter_state": true, "sampler": {"parent_based": {"root": "always_off"}}});
    let sidecar = Sidecar::start_with(options, |config| {
        let config = config.add_access_log("inbound", format("inbound"), &log);
        config.add_access_log("outbound", format("outbound"), &log)
    })
    .await;
    let unsampled = format!("00-{TRACE_ID}-{PARENT_ID}-00");
    for (number, port) in [INBOUND, OUTBOUND].into_iter().enumerate() {
        let request = || Request::get("/").host("a.example");
        sidecar.send(port, request().header("traceparent", unsampled.as_str())).await;
        sidecar.send(port, request().header("traceparent", sampled_parent())).await;
        sidecar.send(port, request()).await;
        let mut client = Client::connect(sidecar.envoy.port(port)).await;
        client.send_raw(b"this is no request\r\n\r\n").await.unwrap();
        assert_eq!(client.read_response().await.unwrap().status, 400);
        let entries = log.wait_for_entries(4 * (number + 1)).await.split_off(4 * number);
        let [passed_on, joined, new, nonsense] = &entries[..] else { panic!("{entries:#?}") };
        assert_eq!(ids_of_entry(passed_on), (TRACE_ID.into(), PARENT_ID.into()));
        assert_eq!(text(passed_on, "sampled"), "false");
        assert_eq!(
            (text(joined, "sampled"), text(joined, "trace_id")),
            ("true".into(), TRACE_ID.into())
        );
        assert_eq!(text(new, "sampled"), "false", "a new trace");
        assert_ne!(text(new, "trace_id"), TRACE_ID);
        for key in ["trace_id", "span_id", "sampled"] {
            assert_eq!(nonsense[key], Value::Null, "{nonsense}");
        }
        let span = sidecar.collector.wait_for_spans(1, 10 * SECONDS).await.pop().unwrap();
        assert_eq!(ids_of_entry(joined), ids_of_span(&span));
        sidecar.collector.clear();
    }
    sidecar.settled(2).await.check();
}
