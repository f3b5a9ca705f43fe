//! What a client outside can find in answers: no id of the traces inside, no baggage, and nothing
//! that hops tell each other, whatever the application behind the edge answers.

mod cases;

use serde_json::{Value, json};
use spanmesh_harness::{EnvoyConfig, ReceivedSpan, RecordedRequest, free_port};

use super::ids::Ids;
use super::{ALL_FORMATS, MANAGER, carries, inbound_at};
use crate::support::Sidecar;
use cases::{CASES, Case, answer};

/// Names in lower case, and values.
type Fields = Vec<(String, Vec<u8>)>;

fn options(trust: Value, response_header: Value, path_header: &str) -> Value {
    let rule = |name: &str, prefix: &str, sampler: Value| {
        let path = json!({"prefix": prefix});
        json!({"name": name, "match": {"path": path}, "sampler": sampler})
    };
    json!({
        "propagators": ALL_FORMATS,
        "sampler": {"rule_based": {"rules": [
            rule("sampled", "/sampled", json!("always_on")),
            rule("rest", "/", json!({"probability": {"ratio": 0}})),
        ]}},
        "keep": {"errors": true, "path_header": path_header},
        "filter_state": true,
        "response_header": response_header,
        "trust": {"inbound": trust},
    })
}

/// Only some paths lead to the application, and some to a service that is down.
fn routes(config: EnvoyConfig, listener: &str) -> EnvoyConfig {
    let route = |prefix: &str, cluster: &str| {
        let path = json!({"prefix": prefix});
        json!({"match": path, "route": {"cluster": cluster}})
    };
    let routes = json!([
        route("/sampled/app", "application"),
        route("/unsampled/app", "application"),
        route("/sampled.Grpc", "application"),
        route("/unsampled.Grpc", "application"),
        route("/sampled/dead", "upstream"),
        route("/unsampled/dead", "upstream"),
    ]);
    let pointer = format!("{MANAGER}/route_config/virtual_hosts/0/routes");
    config.set_in_listener(listener, &pointer, routes)
}

/// The ids of a case's span, by what the next hop was told and by what was exported.
fn ids_of(case: &Case, seen: &[RecordedRequest], spans: &[ReceivedSpan]) -> Vec<Ids> {
    let path = |span: &ReceivedSpan| {
        let method = || Some(format!("/{}", span.str_attr("rpc.method")?));
        span.str_attr("url.path").or_else(method)
    };
    let told = seen.iter().filter(|request| request.path == case.path).map(Ids::told);
    let exported = spans.iter().filter(|span| path(span).as_deref() == Some(case.path));
    let exported = exported.map(|it| Ids { trace_id: it.trace_id(), span_id: it.span_id() });
    let (told, exported) = (told.collect::<Vec<_>>(), exported.collect::<Vec<_>>());
    assert_eq!(told.len(), usize::from(case.is_answered), "{}", case.path);
    assert_eq!(exported.len(), usize::from(case.is_recorded), "{}", case.path);
    told.into_iter().chain(exported).collect()
}

/// Sends every case to a listener, and gives answers and ids.
async fn exchange(sidecar: &Sidecar, port: u16, created: &mut u64) -> Vec<(Fields, Vec<Ids>)> {
    sidecar.application.clear();
    sidecar.collector.clear();
    let mut answers = Vec::new();
    for case in &CASES {
        answers.push(answer(sidecar.envoy.port(port), case).await);
    }
    *created += CASES.iter().filter(|case| case.is_recorded).count() as u64;
    sidecar.settled(*created).await.check();
    let (seen, spans) = (sidecar.application.requests(), sidecar.collector.spans());
    let ids = CASES.iter().map(|case| ids_of(case, &seen, &spans));
    answers.into_iter().zip(ids).collect()
}

#[tokio::test]
async fn a_client_outside_learns_nothing() {
    let (kept, timing) = ("x-spanmesh-kept", "server-timing");
    let edge = || json!({"edge": {}});
    let all = || json!(["traceresponse", "server-timing", "x-trace-id"]);
    let listeners = [
        (15100, options(edge(), json!(null), kept)),
        (15101, options(edge(), json!("traceresponse"), kept)),
        (15102, options(edge(), json!("server-timing"), kept)),
        (15103, options(edge(), json!("x-trace-id"), kept)),
        (15104, options(edge(), all(), kept)),
        (15105, options(edge(), all(), timing)),
        (15106, options(json!("mesh"), all(), kept)),
    ];
    let sidecar = inbound_at(&listeners, |config| {
        // Nobody listens there.
        let config = config.map_cluster_port("upstream", free_port()).http2_cluster("application");
        let ports = 15100..=15106;
        ports.fold(config, |config, port: u16| routes(config, &port.to_string()))
    });
    let sidecar = sidecar.await;
    let mut created = 0;
    for (port, _) in listeners.iter().filter(|(port, _)| *port != 15106) {
        for (case, (fields, ids)) in CASES.iter().zip(exchange(&sidecar, *port, &mut created).await)
        {
            check_outside(case, &fields, &ids, *port);
        }
    }
    // The same search finds an id in every one of these answers where callers are trusted.
    for (case, (fields, ids)) in CASES.iter().zip(exchange(&sidecar, 15106, &mut created).await) {
        for ids in &ids {
            assert!(!ids.found_in(&fields).is_empty(), "{}: {ids:?} in {fields:?}", case.path);
        }
        if case.is_answered {
            let found: Vec<_> = fields.iter().filter(|(name, _)| carries(name)).collect();
            assert!(found.len() > ALL_FORMATS.len(), "{}: {found:?}", case.path);
        }
    }
}

fn check_outside(case: &Case, fields: &Fields, ids: &[Ids], port: u16) {
    let row = format!("{} at {port}", case.path);
    for ids in ids {
        assert_eq!(ids.found_in(fields), [""; 0], "{row}");
    }
    let is_inside = |name: &str| carries(name) || matches!(name, "traceresponse" | "x-trace-id");
    // Without being told, nobody knows what an application means by x-trace-id.
    let is_unknown = |name: &str| name == "x-trace-id" && matches!(port, 15100..=15102);
    let leaked: Vec<_> = (fields.iter().map(|(name, _)| name))
        .filter(|name| is_inside(name) && !is_unknown(name))
        .collect();
    assert!(leaked.is_empty(), "{row}: {leaked:?}");
    if case.is_answered {
        let values = |wanted: &str| {
            let found = fields.iter().filter(|(name, _)| name == wanted);
            found.map(|(_, value)| String::from_utf8(value.clone()).unwrap()).collect::<Vec<_>>()
        };
        let parts = if case.path.ends_with("TrailersOnly") { 1 } else { 2 };
        assert_eq!(values("x-own"), vec!["1"; parts], "{row}: what is the application's stays");
        let timings = values("server-timing").join("|").replace(' ', "");
        let expected = vec!["db;dur=5,cache;desc=\"hit\""; parts].join("|");
        assert_eq!(timings, expected, "{row}: other timings stay");
    }
}
