//! One fixed piece of traffic with everything in it that a transport or a backend might garble.

mod requests;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use spanmesh_harness::{Allowance, EnvoyConfig, RecordedRequest, Rule, grpc_call};
use tokio::sync::OnceCell;

use super::compare::Spans;
use super::otlp_form;
use crate::support::{INBOUND, OUTBOUND, SOON, Sidecar, plugin};
use crate::trust::add_listener;

/// How many spans [`Traffic::send`] makes.
pub const COUNT: usize = 16;
/// The documented port of an inbound listener whose callers are strangers.
const EDGE: u16 = 15100;
/// Names the request in its span, in every format.
const CASE: &str = "x-case";
/// How the trace ids begin that callers bring; a number of four digits follows.
pub const KNOWN_TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e";
/// A trace id of 64 bits, as tracers of B3's time have it.
pub const SHORT_TRACE: &str = "0000000000000000a3ce929d0e0e4736";
/// A request that lasts so long, and the call that is made meanwhile.
pub const PAGE: &str = "a page";
pub const CALL: &str = "its call";
pub const PAGE_DURATION: Duration = Duration::from_millis(600);
/// Text that is easily broken on the way.
const AWKWARD: &str = "Кафе \"Déjà\" \\n {}[]<&> \u{1f980}\u{2028}\n\tend";

/// What was sent.
pub struct Traffic {
    /// When the first request was sent, in nanoseconds since the Unix epoch.
    pub begin: u64,
    /// When all spans had been delivered.
    pub end: u64,
    /// The ids of its traces, and how many spans each has.
    pub traces: BTreeMap<String, usize>,
}

/// Options of the plugin beside its exporter.
fn options(exporter: Value) -> Value {
    json!({
        "exporter": exporter,
        "resource": {"attributes": {
            "service.name": "Shop-Ü",
            "service.version": "1.2.3",
            "deployment.environment.name": "test",
            "replicas": 3,
        }},
        "attributes": {
            "request_headers": [CASE, "x-tenant", "x-absent"],
            "response_headers": ["content-type", "x-cache"],
            "constant": {
                "team": AWKWARD, "empty": "", "canary": true, "stable": false,
                "replica": 3, "below": -7, "beyond.double": 9_007_199_254_740_993_i64,
                "share": 0.1, "tiny": 1.5e-7, "huge": 2.5e300, "whole": 2.0,
            },
        },
        "routes": ["/Products/{id}", "/Carts/{id}/items"],
    })
}

/// A sidecar with a third listener at an edge, which exports so. Its clusters speak HTTP/2. Each
/// listener has what `adjust` makes of it.
pub async fn sidecar(exporter: Value, adjust: impl FnOnce(EnvoyConfig) -> EnvoyConfig) -> Sidecar {
    let options = options(exporter);
    let sidecar = Sidecar::start_with(options.clone(), |config| {
        let mut at_edge = plugin(options);
        at_edge["trust"] = json!({"inbound": "edge"});
        let config = adjust(config.http2_cluster("application").http2_cluster("upstream"));
        add_listener(config, "inbound", EDGE, &at_edge)
    })
    .await;
    let why = "one request has more captured header fields than fit";
    sidecar.collector.allow(Allowance::of(Rule::Dropped, &["dropped_attributes_count"], why));
    sidecar
}

/// The spans of the traffic as our own sink gets them, made once for all tests.
pub async fn reference() -> &'static Spans {
    static REFERENCE: OnceCell<Spans> = OnceCell::const_new();
    let made = async || {
        let exporter = json!({"otlp_http": {"cluster": "otel-collector"}});
        let sidecar = sidecar(exporter, |config| config).await;
        let traffic = Traffic::send(&sidecar).await;
        otlp_form::spans(&sidecar.collector.spans(), &traffic)
    };
    REFERENCE.get_or_init(made).await
}

impl Traffic {
    /// Sends it all and waits until every span is delivered.
    pub async fn send(sidecar: &Sidecar) -> Traffic {
        let traffic = Traffic::send_to_any(sidecar).await;
        let account = sidecar.settled(COUNT as u64).await;
        account.check();
        assert_eq!(account.of("spans_delivered"), COUNT as u64, "{}", sidecar.envoy.log());
        assert_eq!(account.of("export_failures"), 0, "{}", sidecar.envoy.log());
        Traffic { end: now(), ..traffic }
    }

    /// Sends it all, whatever becomes of the spans.
    pub async fn send_to_any(sidecar: &Sidecar) -> Traffic {
        let begin = now();
        let call = async {
            let pages = sidecar.application.wait_for_requests_within(1, SOON).await;
            sidecar.send(OUTBOUND, requests::call_of_page(&pages[0])).await
        };
        let (page, call) = tokio::join!(sidecar.send(INBOUND, requests::page()), call);
        assert_eq!((page.status, call.status), (200, 503));
        for (listener, request) in requests::singles() {
            sidecar.send(listener, request).await;
        }
        for (listener, fields) in requests::grpc_calls() {
            let fields: Vec<(&str, &[u8])> =
                fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
            grpc_call(sidecar.envoy.port(listener), "/shop.Cart/Add", &fields).await;
        }
        let seen = [sidecar.application.requests(), sidecar.upstream.requests()].concat();
        assert_eq!(seen.len(), COUNT, "nothing failed on the way");
        let mut traces = BTreeMap::new();
        for request in &seen {
            *traces.entry(trace_told(request)).or_default() += 1;
        }
        Traffic { begin, end: now(), traces }
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

/// The trace id that the filter told the next hop.
fn trace_told(request: &RecordedRequest) -> String {
    request.header("traceparent").unwrap()[3..35].to_owned()
}

/// What everything is compared with has everything in it, as it was sent.
#[tokio::test]
async fn the_reference_is_rich() {
    let reference = reference().await;
    let text = |text: &str| json!({"text": text});
    let list =
        |texts: &[&str]| json!({"list": texts.iter().copied().map(text).collect::<Vec<_>>()});
    let hostile = "/%00%ff/\"'\\{}|^/%F0%9F%A6%80";
    let rows = [
        (PAGE, "name", json!("GET /Products/{id}")),
        (PAGE, "kind", json!(2)),
        (PAGE, "trace state", json!("vendor=a b,other@vendor=c/d")),
        (PAGE, "flags", json!(0x301)),
        (PAGE, "resource/service.name", text("Shop-Ü")),
        (PAGE, "resource/replicas", json!({"int": 3})),
        (PAGE, "attributes/team", text(AWKWARD)),
        (PAGE, "attributes/empty", text("")),
        (PAGE, "attributes/canary", json!({"bool": true})),
        (PAGE, "attributes/below", json!({"int": -7})),
        (PAGE, "attributes/beyond.double", json!({"int": 9_007_199_254_740_993_i64})),
        (PAGE, "attributes/tiny", json!({"double": 1.5e-7})),
        (PAGE, "attributes/whole", json!({"double": 2.0})),
        (PAGE, "attributes/http.request.header.x-tenant", list(&["a", "b, \"c\" \\ é"])),
        (PAGE, "attributes/http.response.header.x-cache", list(&["hit", "stale"])),
        (CALL, "name", json!("POST /Carts/{id}/items")),
        (CALL, "kind", json!(3)),
        (CALL, "parent", json!({"span of": PAGE})),
        (CALL, "attributes/error.type", text("503")),
        (CALL, "status/code", json!(2)),
        ("not found", "attributes/http.response.status_code", json!({"int": 404})),
        ("not found", "status/code", json!(0)),
        ("a gRPC call that fails", "attributes/rpc.response.status_code", text("UNAVAILABLE")),
        (
            "a gRPC call that finds nothing",
            "attributes/rpc.response.status_code",
            text("NOT_FOUND"),
        ),
        ("a call by IPv6", "attributes/server.address", text("2001:DB8::1")),
        ("a new trace", "trace", json!("new")),
        ("a short trace", "trace", json!(SHORT_TRACE)),
        ("a stranger", "links/0/trace", json!(format!("{KNOWN_TRACE}0007"))),
        ("a stranger", "links/0/trace state", json!("vendor=invented")),
        ("hostile bytes", "attributes/url.path", text(hostile)),
        ("hostile bytes", "attributes/http.request.header.x-tenant", list(&["\u{fffd}\"\\", ""])),
        ("more than fits", "dropped attributes", json!(1)),
    ];
    for (case, pointer, expected) in rows {
        let found = reference[case].pointer(&format!("/{pointer}"));
        assert_eq!(found, Some(&expected), "{case}: {pointer}");
    }
}
