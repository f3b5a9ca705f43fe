//! Who is trusted at an edge all the same.

use serde_json::{Value, json};
use spanmesh_harness::{
    Authority, Client, ClientCertificate, EnvoyConfig, Identity, Request, Response, TlsClient,
};

use super::{MANAGER, inbound_at};
use crate::support::{PARENT_ID, Sidecar, TRACE_ID, answered_early, final_account};

const CHECKOUT: &str = "spiffe://cluster.local/ns/prod/sa/checkout";
const OTHER: &str = "spiffe://cluster.local/ns/test/sa/checkout";

/// An edge that keeps failures and would tell callers of them.
fn edge(except: Value) -> Value {
    json!({
        "sampler": {"parent_based": {"root": "always_off"}},
        "keep": {"errors": true},
        "response_header": "traceresponse",
        "trust": {"inbound": {"edge": {"except": except}}},
    })
}

/// A failing request of somebody who did not sample.
fn request() -> Request {
    let parent = format!("00-{TRACE_ID}-{PARENT_ID}-00");
    Request::get("/status/500").host("a.example").header("traceparent", parent)
}

/// Whether the caller was treated as one of the mesh, of which all signs must agree: the trace is
/// joined, the caller is told its span, and that it was kept.
async fn is_trusted(sidecar: &Sidecar, answer: Response, why: &str) -> bool {
    assert_eq!(answer.status, 500, "{why}");
    let span = sidecar.collector.wait_for_spans(1, crate::support::SOON).await.remove(0);
    sidecar.collector.clear();
    let joined = (span.trace_id(), span.parent_span_id()) == (TRACE_ID.into(), PARENT_ID.into());
    let linked = span.links() == [(TRACE_ID.into(), PARENT_ID.into(), String::new())];
    let told = answer.header("traceresponse").map(|value| value.escape_ascii().to_string());
    let kept = answer.header("x-spanmesh-kept");
    let (trusted, stranger) = (
        joined
            && !linked
            && told == Some(format!("00-{TRACE_ID}-{}-00", span.span_id()))
            && kept == Some(b"1"),
        !joined && linked && told.is_none() && kept.is_none(),
    );
    assert!(trusted != stranger, "{why}: half trusted: {answer:?} {span:?}");
    trusted
}

#[tokio::test]
async fn headers_and_addresses_of_peers_are_exceptions() {
    let header = edge(json!({"header": {"x-partner": "s3cret"}}));
    let here = || edge(json!({"peer_address": ["192.0.2.0/24", "127.0.0.0/8"]}));
    let elsewhere = || edge(json!({"peer_address": ["10.0.0.0/8", "2001:db8::/32"]}));
    let listeners = [
        (15100, header),
        (15101, here()),
        (15102, elsewhere()),
        (15103, here()),
        (15104, elsewhere()),
        (15105, elsewhere()),
        (15106, edge(json!({"header": {"x-partner": "s3cret"}, "peer_address": "10.0.0.0/8"}))),
    ];
    let manager = |config: EnvoyConfig, port: &str, option: &str, value: Value| {
        config.set_in_listener(port, &format!("{MANAGER}/{option}"), value)
    };
    let sidecar = inbound_at(&listeners, |config| {
        let config = manager(config, "15103", "use_remote_address", json!(true));
        let config = manager(config, "15104", "use_remote_address", json!(true));
        let config = manager(config, "15105", "use_remote_address", json!(true));
        manager(config, "15105", "xff_num_trusted_hops", json!(1))
    })
    .await;
    // Where the listener believes it, the forwarded address hides the peer's: nobody knows it.
    let rows = [
        (15100, "", "", false, "no header"),
        (15100, "x-partner", "guess", false, "a wrong header"),
        (15100, "x-partner", "s3cret", true, "the header"),
        (15101, "", "", true, "an address of the range"),
        (15101, "x-forwarded-for", "203.0.113.9", false, "a peer that is hidden is no exception"),
        (15102, "", "", false, "an address outside the range"),
        (15102, "x-forwarded-for", "10.0.0.1", false, "one that the caller says it has"),
        (15102, "x-forwarded-for", "10.0.0.1:4711", false, "with a port"),
        (15102, "x-forwarded-for", "[2001:db8::1]:4711", false, "of IPv6"),
        (15102, "x-forwarded-for", "10.0.0.1, 10.0.0.2", false, "twice"),
        (15103, "x-forwarded-for", "203.0.113.9", true, "the peer is known all the same"),
        (15104, "x-forwarded-for", "10.0.0.1", false, "and the caller's word is not"),
        (15104, "x-forwarded-for", "10.0.0.1:4711", false, "with a port"),
        (15105, "x-forwarded-for", "10.0.0.1", false, "of a proxy in front"),
        (15105, "x-forwarded-for", "10.0.0.1:4711, 10.0.0.2:4711", false, "with ports"),
        (15106, "x-partner", "s3cret", true, "one exception is enough"),
        (15106, "x-partner", "other", false, "none"),
    ];
    for (port, name, value, expected, why) in rows {
        let request = if name.is_empty() { request() } else { request().header(name, value) };
        let answer = sidecar.send(port, request).await;
        let row = format!("{why}: {name}: {value} at {port}");
        assert_eq!(is_trusted(&sidecar, answer, &row).await, expected, "{row}");
    }
    let account = final_account(&sidecar.envoy).await;
    let strangers = rows.iter().filter(|(.., is_trusted, _)| !is_trusted).count();
    assert_eq!(account.of("contexts_foreign"), strangers as u64);
    account.check();
}

#[tokio::test]
async fn a_client_certificate_is_an_exception() {
    let authority = Authority::create();
    let workload = json!({"mtls_peer": {"prefix": "spiffe://cluster.local/ns/prod/"}});
    let listeners = [(15100, edge(workload.clone())), (15101, edge(workload))];
    let sidecar = inbound_at(&listeners, |config| {
        config.tls("15100", &authority, ClientCertificate::Optional).tls(
            "15101",
            &authority,
            ClientCertificate::Required,
        )
    })
    .await;
    let rows: [(u16, Option<Identity>, bool, &str); 4] = [
        (15100, None, false, "no certificate"),
        (15100, Some(authority.client(CHECKOUT)), true, "that workload"),
        (15100, Some(authority.client(OTHER)), false, "another workload"),
        (15101, Some(authority.client(CHECKOUT)), true, "strict mTLS"),
    ];
    for (port, identity, expected, why) in rows {
        let port = sidecar.envoy.port(port);
        let mut client = TlsClient::connect_tls(port, &authority, identity.as_ref()).await;
        let answer = client.send(&request()).await;
        assert_eq!(is_trusted(&sidecar, answer, why).await, expected, "{why}");
    }
    sidecar.settled(4).await.check();
}

/// An answer of an earlier filter: the request is looked at only when all is over.
#[tokio::test]
async fn exceptions_hold_for_requests_that_never_came_here() {
    let listeners = [
        (15100, edge(json!({"peer_address": "127.0.0.1"}))),
        (15101, edge(json!({"peer_address": "127.0.0.2"}))),
    ];
    let sidecar = inbound_at(&listeners, |config| {
        ["15100", "15101"].into_iter().fold(config, answered_early)
    })
    .await;
    for (port, trusted) in [(15100, true), (15101, false)] {
        let mut client = Client::connect(sidecar.envoy.port(port)).await;
        assert_eq!(client.send(&request()).await.status, 503);
        let span = sidecar.collector.wait_for_spans(1, crate::support::SOON).await.remove(0);
        sidecar.collector.clear();
        assert_eq!(span.trace_id() == TRACE_ID, trusted, "{port}");
        assert_eq!(span.links().is_empty(), trusted, "{port}");
    }
    sidecar.settled(2).await.check();
}
