use super::*;
use crate::header_map::serialise;
use crate::request_head::RequestHead;
use crate::rules::{AnyOf, KnownListener, regex};
use crate::span::SpanKind;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn head(pairs: &[(&str, &str)]) -> RequestHead {
    RequestHead::new(serialise(pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()))))
}

fn first(index: &RuleIndex, head: &RequestHead) -> Option<usize> {
    let request =
        Request { head, listener: &KnownListener { kind: SpanKind::Server, port: Some(8080) } };
    index.first(&request, |_| true)
}

fn path(path: PathPattern) -> Match {
    Match { paths: vec![path], ..Match::default() }
}

fn exact(text: &str) -> Option<AnyOf> {
    Some(AnyOf(vec![TextMatcher::Exact(text.into())]))
}

#[test]
fn the_first_rule_wins_whatever_finds_it() {
    let index = RuleIndex::new([
        path(PathPattern::Prefix("/metrics".into())),
        Match {
            conditions: Conditions { method: exact("POST"), ..Conditions::default() },
            ..path(PathPattern::Exact("/checkout".into()))
        },
        path(PathPattern::Template("/orders/{id}".into())),
        path(PathPattern::Suffix(".css".into())),
        Match {
            conditions: Conditions { host: exact("admin.example"), ..Conditions::default() },
            ..Match::default()
        },
        path(PathPattern::Regex(regex("/v[0-9]+/.*").unwrap())),
        path(PathPattern::Exact("/checkout".into())),
        path(PathPattern::Exact("/orders/7".into())),
        Match {
            conditions: Conditions {
                headers: vec![("x-debug".into(), AnyOf(vec![TextMatcher::Present]))],
                ..Conditions::default()
            },
            ..Match::default()
        },
    ]);
    type Headers = [(&'static str, &'static str)];
    let cases: [(&Headers, Option<usize>, &str); 13] = [
        (&[(":path", "/metrics/a.css")], Some(0), "the prefix before the suffix"),
        (&[(":path", "/checkout"), (":method", "POST")], Some(1), "both conditions hold"),
        (&[(":path", "/checkout"), (":method", "GET")], Some(6), "the method does not"),
        (&[(":path", "/checkout?a=/metrics")], Some(6), "the query does not count"),
        (&[(":path", "/orders/7")], Some(2), "the template before the exact path"),
        (&[(":path", "/orders/a.css")], Some(2), "the template before the suffix"),
        (&[(":path", "/site.css")], Some(3), "the suffix"),
        (&[(":path", "/v1/x"), (":authority", "Admin.example:443")], Some(4), "a host, any case"),
        (&[(":path", "/v12/x")], Some(5), "the regular expression"),
        (&[(":path", "/w1/v1/x")], None, "which must match the whole path"),
        (&[(":path", "/"), ("x-debug", "")], Some(8), "a header"),
        (&[(":path", "/")], None, "nothing"),
        (&[], None, "no path at all"),
    ];
    for (pairs, expected, why) in cases {
        assert_eq!(first(&index, &head(pairs)), expected, "{why}: {pairs:?}");
    }
}

#[test]
fn what_is_not_accepted_makes_way_for_the_next() {
    let index = RuleIndex::new([
        path(PathPattern::Prefix("/".into())),
        path(PathPattern::Regex(regex(".*").unwrap())),
        path(PathPattern::Exact("/a".into())),
    ]);
    let head = head(&[(":path", "/a")]);
    let request =
        Request { head: &head, listener: &KnownListener { kind: SpanKind::Client, port: None } };
    assert_eq!(index.first(&request, |rule| rule != 0), Some(1));
    assert_eq!(index.first(&request, |rule| rule == 2), Some(2));
    assert_eq!(index.first(&request, |_| false), None);
}

#[test]
fn direction_port_and_grpc_are_conditions_too() {
    let only = |conditions| RuleIndex::new([Match { conditions, ..Match::default() }]);
    let plain = head(&[(":path", "/shop.Cart/Add")]);
    let grpc = head(&[(":path", "/shop.Cart/Add"), ("content-type", "application/grpc")]);
    let none = Conditions::default;
    let cases = [
        (Conditions { direction: Some(SpanKind::Server), ..none() }, &plain, true, "inbound"),
        (Conditions { direction: Some(SpanKind::Client), ..none() }, &plain, false, "outbound"),
        (Conditions { listener_ports: vec![80, 8080], ..none() }, &plain, true, "the port"),
        (Conditions { listener_ports: vec![80], ..none() }, &plain, false, "another port"),
        (Conditions { grpc_service: exact("shop.Cart"), ..none() }, &grpc, true, "the service"),
        (Conditions { grpc_service: exact("shop.Cart"), ..none() }, &plain, false, "no gRPC"),
        (Conditions { grpc_method: exact("Add"), ..none() }, &grpc, true, "the method"),
        (Conditions { grpc_method: exact("Remove"), ..none() }, &grpc, false, "another method"),
        (none(), &plain, true, "nothing asked"),
    ];
    for (conditions, head, expected, why) in cases {
        assert_eq!(first(&only(conditions), head).is_some(), expected, "{why}");
    }
}
