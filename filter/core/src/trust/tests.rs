use super::*;
use crate::header_map::serialise;
use crate::request_head::RequestHead;
use crate::rules::{KnownListener, TextMatcher};
use crate::span::SpanKind;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn exactly(text: &str) -> AnyOf {
    AnyOf(vec![TextMatcher::Exact(text.into())])
}

#[test]
fn any_one_exception_is_enough() {
    let edge = |except| Trust::Edge(Edge { except, ..Edge::default() });
    let nobody = || edge(Exceptions::default());
    let header = || Exceptions {
        headers: vec![("x-partner".into(), exactly("acme"))],
        ..Exceptions::default()
    };
    let range = || Exceptions {
        peer_addresses: vec![Cidr::parse("10.0.0.0/8").unwrap()],
        ..Exceptions::default()
    };
    let workload = "spiffe://cluster.local/ns/prod/sa/checkout";
    let mtls = || Exceptions { mtls_peers: Some(exactly(workload)), ..Exceptions::default() };
    let host = || Exceptions { hosts: Some(exactly("api.partner.example")), ..range() };
    let stranger = Crossing::Entering(OnForeignContext::Restart);
    let within = Crossing::Within;
    let cases = [
        (Trust::Mesh, "1.2.3.4:5", "", within, "a mesh trusts everybody"),
        (nobody(), "10.0.0.1:5", workload, stranger, "no exception"),
        (edge(header()), "1.2.3.4:5", "", within, "the header fits"),
        (edge(range()), "10.1.2.3:4711", "", within, "the address lies in the range"),
        (edge(range()), "[::ffff:10.1.2.3]:4711", "", within, "the same in IPv6"),
        (edge(range()), "11.1.2.3:4711", "", stranger, "it does not"),
        (edge(range()), "10.1.2.3:0", "", stranger, "taken from x-forwarded-for"),
        (edge(range()), "/run/envoy.sock", "", stranger, "no address"),
        (edge(range()), "", "", stranger, "no address at all"),
        (edge(mtls()), "1.2.3.4:5", workload, within, "the certificate fits"),
        (edge(mtls()), "1.2.3.4:5", "spiffe://other", stranger, "another certificate"),
        (edge(mtls()), "1.2.3.4:5", "", stranger, "none"),
        (edge(host()), "1.2.3.4:5", "", within, "the host fits"),
    ];
    let pairs = [(":authority", "API.partner.example:443"), ("x-partner", "acme")];
    let head = RequestHead::new(serialise(pairs.map(|(n, v)| (n.as_bytes(), v.as_bytes()))));
    let request =
        Request { head: &head, listener: &KnownListener { kind: SpanKind::Server, port: None } };
    for (trust, address, uri, expected, why) in cases {
        let some = |text: &str| Some(text.as_bytes().to_vec()).filter(|text| !text.is_empty());
        let peer = Peer { address: &|| some(address), certificate_uri: &|| some(uri) };
        assert_eq!(trust.entering(&request, peer), expected, "{why}");
    }
    assert_eq!(edge(host()).leaving(&request), within, "a trusted host");
    assert_eq!(edge(mtls()).leaving(&request), Crossing::Leaving, "a stranger");
    assert_eq!(Trust::Mesh.leaving(&request), within, "a mesh");
}
