//! Mutual TLS to a listener of a real Envoy.

use serde_json::json;
use spanmesh_harness::{
    AccessLog, Authority, Client, ClientCertificate, Envoy, Request, TlsClient, Upstream,
};

use crate::native;

const CHECKOUT: &str = "spiffe://cluster.local/ns/prod/sa/checkout";

async fn start(
    application: &Upstream,
    authority: &Authority,
    client: ClientCertificate,
    log: &AccessLog,
) -> Envoy {
    let config = native::config()
        .map_port(8080, application.port())
        .tls("inbound", authority, client)
        .add_access_log("inbound", json!({"peer": "%DOWNSTREAM_PEER_URI_SAN%"}), log);
    Envoy::builder(config).start().await
}

#[tokio::test]
async fn envoy_knows_who_its_client_is() {
    let (application, authority, log) =
        (Upstream::start().await, Authority::create(), AccessLog::create());
    let envoy = start(&application, &authority, ClientCertificate::Optional, &log).await;
    let checkout = authority.client(CHECKOUT);

    for identity in [Some(&checkout), None] {
        let mut client = TlsClient::connect_tls(envoy.port(15006), &authority, identity).await;
        // Of more than one record each way.
        let body = vec![b'x'; 100_000];
        let request = Request::post("/echo", body.clone()).header("x-long", "y".repeat(50_000));
        let response = client.send(&request).await;
        assert_eq!(response.status, 200);
        assert!(response.text().contains(&"y".repeat(50_000)));
        assert_eq!(application.requests().last().unwrap().body, body);
    }
    let entries = log.wait_for_entries(2).await;
    assert_eq!(entries, [json!({"peer": CHECKOUT}), json!({"peer": null})]);
}

#[tokio::test]
async fn clients_without_a_good_certificate_are_refused() {
    let (application, authority, log) =
        (Upstream::start().await, Authority::create(), AccessLog::create());
    let envoy = start(&application, &authority, ClientCertificate::Required, &log).await;
    let ours = authority.client(CHECKOUT);
    let foreign = Authority::create().client(CHECKOUT);

    for (identity, served) in [(Some(&ours), true), (None, false), (Some(&foreign), false)] {
        let mut client = TlsClient::connect_tls(envoy.port(15006), &authority, identity).await;
        let response = client.try_send(&Request::get("/")).await;
        assert_eq!(response.is_ok(), served, "{response:?}");
    }
    let mut plain = Client::connect(envoy.port(15006)).await;
    plain.try_send(&Request::get("/")).await.unwrap_err();
    assert_eq!(application.request_count(), 1);
}
