//! What a line says and what was exported are the same, on both sides of a sidecar.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spanmesh_harness::{AccessLog, Client, RecordedRequest, Request, Upstream};

use super::{format, ids_of_entry, join, text};
use crate::support::{INBOUND, OUTBOUND, Sidecar};

/// A sidecar that logs both sides, with rules for what the head samples and what is kept.
async fn sidecar(log: &AccessLog) -> Sidecar {
    let rule = |name: &str, prefix: &str, sampler: Value| {
        let path = json!({"prefix": prefix});
        json!({"name": name, "match": {"path": path}, "sampler": sampler})
    };
    let rules = json!([
        rule("sampled", "/sampled", json!("always_on")),
        rule("never", "/never", json!("always_off")),
        rule("rest", "/", json!({"probability": {"ratio": 0}})),
    ]);
    let sampler = json!({"parent_based": {
        "root": {"rule_based": {"rules": rules}},
        "remote_parent_sampled": {"rule_based": {"rules": rules}},
    }});
    let options = json!({"filter_state": true, "keep": {"errors": true}, "sampler": sampler});
    Sidecar::start_with(options, |config| {
        ["inbound", "outbound"].into_iter().fold(config, |mut config, listener| {
            let filters = "/filter_chains/0/filters/0/typed_config/http_filters";
            let filters = config.listener(listener).pointer_mut(filters).unwrap();
            // Answers before the filter hears of the request, where a header says so.
            let fault = json!({
                "name": "envoy.filters.http.fault",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault",
                    "abort": {"header_abort": {}, "percentage": {"numerator": 100}},
                },
            });
            filters.as_array_mut().unwrap().insert(0, fault);
            config.add_access_log(listener, format(listener), log)
        })
    })
    .await
}

#[tokio::test]
async fn lines_say_sampled_when_the_span_is_exported() {
    let log = AccessLog::create();
    let sidecar = sidecar(&log).await;
    // A path, what the application does, whether the span is exported, and why.
    let rows = [
        ("/sampled/ok", "/", true, "sampled by the head"),
        ("/sampled/error", "/status/500", true, "and failed"),
        ("/other/ok", "/", false, "left out"),
        ("/other/error", "/status/500", true, "kept after the fact"),
        ("/other/cut", "/reset-mid-body", true, "kept when it ended, after its answer began"),
        ("/other/reset", "/reset", true, "an answer of Envoy's own"),
        ("/other/fault", "fault", true, "an answer of an earlier filter"),
        ("/sampled/fault", "fault", true, "the same, sampled"),
        ("/never/error", "/status/500", false, "never means never"),
        ("/sampled/gone", "gone", true, "a client that went away"),
        ("/other/gone", "gone", false, "the same, left out"),
    ];
    let mut expected = BTreeMap::new();
    for (listener, name) in [(INBOUND, "inbound"), (OUTBOUND, "outbound")] {
        for (path, behaviour, is_exported, why) in rows {
            let request = Request::get(path).host("a.example");
            let mut client = Client::connect(sidecar.envoy.port(listener)).await;
            match behaviour {
                "fault" => {
                    let request = request.header("x-envoy-fault-abort-request", "503");
                    assert_eq!(client.send(&request).await.status, 503);
                }
                "gone" => {
                    let application = match listener {
                        INBOUND => &sidecar.application,
                        _ => &sidecar.upstream,
                    };
                    let count = application.request_count();
                    let request = request.header("x-upstream", "/hang");
                    client.send_raw(&request.to_bytes()).await.unwrap();
                    application.wait_for_requests(count + 1).await;
                    client.reset();
                }
                other => drop(client.try_send(&request.header("x-upstream", other)).await),
            }
            expected.insert((name.to_owned(), path.to_owned()), (is_exported, why));
        }
    }
    let entries = log.wait_for_entries(expected.len()).await;
    let exported = expected.values().filter(|(is_exported, _)| *is_exported).count();
    sidecar.settled(exported as u64).await.check();
    let spans = sidecar.collector.spans();
    assert_eq!(join(&entries, &spans).len(), exported);
    for entry in &entries {
        let key = (text(entry, "listener"), text(entry, "path"));
        let (is_exported, why) = expected.remove(&key).expect("one line for each request");
        assert_eq!(text(entry, "sampled"), is_exported.to_string(), "{why}: {entry}");
        // The line names the very span that the next hop was called by.
        let seen = [&sidecar.application, &sidecar.upstream].map(Upstream::requests).concat();
        let (trace_id, span_id) = ids_of_entry(entry);
        let is_its = |request: &&RecordedRequest| {
            request.path == key.1
                && request.header("traceparent").is_some_and(|it| it.contains(&trace_id))
        };
        if !key.1.ends_with("/fault") {
            let request = seen.iter().find(is_its).expect("the next hop knows the trace");
            assert!(request.header("traceparent").unwrap().contains(&span_id), "{why}: {entry}");
        }
    }
}
