use super::*;
use crate::header_map::serialise;
use crate::propagation::Propagator;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn head(pairs: &[(&str, &[u8])]) -> RequestHead {
    RequestHead::new(serialise(pairs.iter().map(|(n, v)| (n.as_bytes(), *v))))
}

#[test]
fn finds_each_header_in_one_pass() {
    let head = head(&[
        (":method", b"GET"),
        (":path", b"/a?b=c"),
        (":authority", b"shop.example:8080"),
        (":scheme", b"http"),
        ("x-forwarded-proto", b"https"),
        ("x-forwarded-for", b"10.0.0.1, 10.0.0.2"),
        ("user-agent", b"\xff\xfe"),
        ("tracestate", b"a=1"),
        ("traceparent", b"one"),
        ("tracestate", b"b=2"),
    ]);
    assert_eq!(head.method(), Some(b"GET".as_slice()));
    assert_eq!(head.path(), Some(b"/a?b=c".as_slice()));
    assert_eq!(head.authority(), Some(b"shop.example:8080".as_slice()));
    assert_eq!(head.scheme(), Some(b"https".as_slice()), "the forwarded scheme wins");
    assert_eq!(head.forwarded_for(), Some(b"10.0.0.1, 10.0.0.2".as_slice()));
    assert_eq!(head.user_agent(), Some(b"\xff\xfe".as_slice()), "bytes stay bytes");
    assert_eq!(head.traceparent(), Some(b"one".as_slice()));
    assert_eq!(head.tracestates().collect::<Vec<_>>(), [b"a=1", b"b=2"]);
}

#[test]
fn two_traceparents_are_none() {
    let head = head(&[("traceparent", b"one"), ("traceparent", b"one")]);
    assert_eq!((head.traceparent(), head.traceparent_count()), (None, 2));
}

#[test]
fn fields_of_noticed_propagators_are_found_in_their_order() {
    let pairs: [(&str, &[u8]); 5] = [
        ("baggage", b"a=1"),
        ("b3", b"0"),
        ("uberctx-user", b"u"),
        ("baggage", b"b=\xff"),
        ("x-other", b"1"),
    ];
    let buffer = || serialise(pairs.iter().map(|(n, v)| (n.as_bytes(), *v)));
    let noticed = [Propagator::Baggage, Propagator::Jaeger].into_iter().collect();
    let head = RequestHead::noticing(noticed, buffer());
    assert_eq!(head.field(Field::Baggage), Some(b"a=1".as_slice()), "the first counts");
    let all: Vec<_> = head.fields(Field::Baggage).map(|(_, value)| value).collect();
    assert_eq!(all, [b"a=1".as_slice(), b"b=\xff"]);
    let user: Vec<_> = head.fields(Field::UberContext).collect();
    assert_eq!(user, [(b"uberctx-user".as_slice(), b"u".as_slice())], "with its name");
    assert_eq!((head.field(Field::B3), head.carried().count()), (None, 3), "not noticed");
    assert_eq!(RequestHead::new(buffer()).carried().count(), 0, "nothing is noticed");
}

#[test]
fn an_empty_list_has_nothing() {
    let head = RequestHead::new(Vec::new());
    assert_eq!((head.method(), head.path(), head.is_grpc()), (None, None, false));
    assert_eq!(head.tracestates().count(), 0);
}

#[test]
fn grpc_is_told_by_the_content_type() {
    let cases: [(&[u8], bool); 6] = [
        (b"application/grpc", true),
        (b"application/grpc+proto", true),
        (b"application/grpc; charset=utf-8", true),
        (b"application/grpc-web+proto", false),
        (b"application/grpcfoo", false),
        (b"application/json", false),
    ];
    for (content_type, is_grpc) in cases {
        assert_eq!(head(&[("content-type", content_type)]).is_grpc(), is_grpc);
    }
}
