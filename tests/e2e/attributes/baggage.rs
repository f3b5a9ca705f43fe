//! Members of baggage as attributes.

use serde_json::json;

use super::{get, keys_are_unique};
use crate::support::{INBOUND, OUTBOUND, Sidecar};

const BAGGAGE: &str = "baggage";

#[tokio::test]
async fn wanted_members_become_attributes() {
    let sidecar = Sidecar::start(json!({"attributes": {
        "baggage": ["user.*", "team", "url.*", "ab?"], "constant": {"team": "fixed"},
    }}))
    .await;
    let fields = [
        "user.tier=gold;expires=never, user.name=J%C3%B6rg%20B.=%22x%22",
        "other=1,team=forged,url.path=%2Fforged,abc=1,abcd=2,broken member,user.tier=silver",
    ];
    for listener in [INBOUND, OUTBOUND] {
        let request = get("/").header(BAGGAGE, fields[0]).header(BAGGAGE, fields[1]);
        let (_, span) = sidecar.span_of(listener, request).await;
        let expected = [
            ("user.tier", Some("silver"), "the last of equal keys"),
            ("user.name", Some("Jörg B.=\"x\""), "decoded"),
            ("abc", Some("1"), "a question mark is one character"),
            ("abcd", None, "and no more"),
            ("other", None, "nobody wants it"),
            ("team", Some("fixed"), "what is configured stands"),
        ];
        for (key, value, why) in expected {
            assert_eq!(span.str_attr(key).as_deref(), value, "{why}");
        }
        let path = span.str_attr("url.path");
        assert!(path.is_none() || path.as_deref() == Some("/"), "nothing is forged");
        keys_are_unique(&span);
    }
    let seen = &sidecar.application.requests()[0];
    assert_eq!(seen.header_values(BAGGAGE), fields, "the list itself passes untouched");
}

#[tokio::test]
async fn hostile_lists_harm_nothing_and_are_never_logged() {
    let sidecar = Sidecar::start_with(json!({"attributes": {"baggage": ["*"]}}), |config| {
        const HCM: &str = "/filter_chains/0/filters/0/typed_config/max_request_headers_kb";
        config.set_in_listener("inbound", HCM, 512)
    })
    .await;
    let many = (0..10_000).map(|i| format!("k{i}=s3cret")).collect::<Vec<_>>().join(",");
    let cases: [(&str, Vec<u8>, usize); 5] = [
        ("10,000 members", many.into_bytes(), 64),
        ("a member of 100 KB", format!("a={}", "s3cret".repeat(17_000)).into_bytes(), 0),
        ("no UTF-8", b"a=\xff\xfe,b=%ff,\xff=1".to_vec(), 1),
        ("separators", b",;=,;=,==;,,,".to_vec(), 0),
        ("100 KB of commas", vec![b','; 100_000], 0),
    ];
    let (_, plain) = sidecar.span_of(INBOUND, get("/")).await;
    for (name, list, expected) in cases {
        let (response, span) = sidecar.span_of(INBOUND, get("/").header(BAGGAGE, list)).await;
        assert_eq!(response.status, 200, "{name}");
        assert_eq!(span.attr_keys().len() - plain.attr_keys().len(), expected, "{name}");
        keys_are_unique(&span);
    }
    let spanmesh_log: Vec<String> = sidecar
        .envoy
        .log()
        .lines()
        .filter(|line| line.contains("spanmesh: "))
        .map(str::to_owned)
        .collect();
    assert!(spanmesh_log.iter().all(|line| !line.contains("s3cret")), "{spanmesh_log:?}");
    sidecar.settled(6).await.check();
}
