//! What trusted callers are told of their trace, in fields of the answer.

use serde_json::{Value, json};
use spanmesh_harness::{ReceivedSpan, Request, Response};

use super::ids::Ids;
use super::{MANAGER, add_listener, inbound_at};
use crate::support::{PARENT_ID, SOON, Sidecar, TRACE_ID, plugin};

/// The fields that can tell.
const NAMES: [&str; 3] = ["traceresponse", "server-timing", "x-trace-id"];

fn options(response_header: Value) -> Value {
    let rule = |path: &str, sampler: &str| {
        let matching = json!({"path": path});
        json!({"name": path, "match": matching, "sampler": sampler})
    };
    let rules =
        [rule("/dropped", "always_off"), rule("/app", "always_on"), rule("/nowhere", "always_on")];
    json!({
        "sampler": {"parent_based": {
            "root": "always_off",
            "remote_parent_sampled": {"rule_based": {"rules": rules}},
        }},
        "response_header": response_header,
    })
}

/// A request that the application answers, with such fields of its own.
fn request(path: &str, parent_flags: Option<&str>) -> Request {
    let request = Request::get(path)
        .host("a.example")
        .header("x-upstream-header", "server-timing: db;dur=5")
        .header("x-upstream-header", "traceresponse: 00-of-the-application")
        .header("x-upstream-header", "x-trace-id: of-the-application");
    match parent_flags {
        Some(flags) => request.header("traceparent", format!("00-{TRACE_ID}-{PARENT_ID}-{flags}")),
        None => request,
    }
}

/// The values of all fields that can tell.
fn told(answer: &Response) -> [Vec<String>; 3] {
    NAMES.map(|name| answer.header_values(name))
}

#[tokio::test]
async fn trusted_callers_are_told_in_each_form() {
    let all = || json!(["x-trace-id", "server-timing", "traceresponse"]);
    let listeners = [
        (15100, options(json!(null))),
        (15101, options(json!("traceresponse"))),
        (15102, options(json!("server-timing"))),
        (15103, options(json!("x-trace-id"))),
        (15104, options(all())),
    ];
    let sidecar = inbound_at(&listeners, |config| {
        let route =
            |path: &str| json!({"match": {"path": path}, "route": {"cluster": "application"}});
        let pointer = format!("{MANAGER}/route_config/virtual_hosts/0/routes");
        let config = listeners.iter().fold(config, |config, (port, _)| {
            let routes = json!([route("/app"), route("/dropped")]);
            config.set_in_listener(&port.to_string(), &pointer, routes)
        });
        add_listener(config, "outbound", 15200, &plugin(options(all())))
    })
    .await;
    let own = ["00-of-the-application", "db;dur=5", "of-the-application"];
    // Which of the fields each listener writes.
    let writes = [
        (15100, [false, false, false]),
        (15101, [true, false, false]),
        (15102, [false, true, false]),
        (15103, [false, false, true]),
        (15104, [true, true, true]),
    ];
    let rows = [
        ("/app", Some("01"), "01", "a sampled span"),
        ("/app", Some("03"), "03", "a random id"),
        ("/dropped", Some("01"), "00", "what is not sampled here has a span id all the same"),
        ("/app", Some("00"), "00", "what passes untouched is the caller's span"),
        ("/app", None, "02", "a new trace"),
        ("/nowhere", Some("01"), "01", "an answer of Envoy's own"),
    ];
    for (port, writes) in writes {
        sidecar.collector.clear();
        for (path, parent, flags, why) in rows {
            let row = format!("{why}: {path} at {port}");
            sidecar.application.clear();
            let answer = sidecar.send(port, request(path, parent)).await;
            let ids = ids(&sidecar, path, parent).await;
            let Ids { trace_id, span_id } = &ids;
            let traceparent = format!("00-{trace_id}-{span_id}-{flags}");
            let values =
                [traceparent.clone(), format!("trace;desc={traceparent}"), trace_id.clone()];
            for (number, name) in NAMES.iter().enumerate() {
                let own = (path != "/nowhere").then(|| own[number].to_owned());
                let ours = writes[number].then(|| values[number].clone());
                let expected: Vec<String> = match *name {
                    // Others may have timings to tell.
                    "server-timing" => own.into_iter().chain(ours).collect(),
                    _ => ours.or(own).into_iter().collect(),
                };
                assert_eq!(answer.header_values(name), expected, "{row}");
            }
        }
    }
    for parent in [None, Some("00"), Some("01")] {
        let answer = sidecar.send(15200, request("/app", parent)).await;
        let expected = own.map(|own| vec![own.to_owned()]);
        assert_eq!(told(&answer), expected, "an application is told nothing of its own calls");
    }
}

/// The ids of the one request that the sidecar has had.
async fn ids(sidecar: &Sidecar, path: &str, parent: Option<&str>) -> Ids {
    if path == "/nowhere" {
        // The last of three that this listener samples.
        let spans = sidecar.collector.wait_for_spans(3, SOON).await;
        let is_it = |span: &&ReceivedSpan| span.str_attr("url.path").as_deref() == Some(path);
        let span = spans.iter().find(is_it).expect("its span");
        return Ids { trace_id: span.trace_id(), span_id: span.span_id() };
    }
    let ids = Ids::told(&sidecar.application.requests()[0]);
    let passed_on = Ids { trace_id: TRACE_ID.into(), span_id: PARENT_ID.into() };
    assert_eq!(ids == passed_on, parent == Some("00"));
    ids
}
