//! Spans under configurations: extra attributes, templates, redaction, limits.

use super::*;
use crate::redact::Detectors;
use crate::rules::{AnyOf, TextMatcher};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const CALL: &[(&str, &str)] = &[
    (":method", "POST"),
    (":path", "/shop.Cart/Add"),
    (":authority", "cart.shop"),
    ("content-type", "application/grpc"),
];

/// The span of this side under these settings.
fn span(settings: &SpanSettings, kind: SpanKind, head: &RequestHead) -> Span {
    write_with(settings, kind, head, exchange(200), "").1
}

fn text(span: &Span, key: &str) -> Option<String> {
    use crate::otlp::messages::any_value::Value;
    match attribute(span, key)?.value?.value? {
        Value::String(text) => Some(text),
        other => panic!("{other:?}"),
    }
}

fn keys(span: &Span) -> Vec<&str> {
    span.attributes.iter().map(|attribute| attribute.key.as_str()).collect()
}

fn extras() -> Extras {
    let fixed = [KeyValue::string("team", "shop"), KeyValue::int("replica", 3)];
    Extras {
        fixed: fixed.iter().filter_map(|it| FixedAttribute::new(it, &settings().limits)).collect(),
        header_tags: vec![
            HeaderTag { key: "tenant".into(), header: "x-tenant".into(), default: None },
            HeaderTag { key: "canary".into(), header: "x-none".into(), default: Some("no".into()) },
            HeaderTag { key: "absent".into(), header: "x-none".into(), default: None },
        ],
        request_headers: ["x-tenant", "x-none", "accept"].map(HeaderAttribute::of_request).into(),
        response_headers: ["x-cache"].map(HeaderAttribute::of_response).into(),
        baggage: vec!["user.*".into(), "url.path".into(), "team".into()],
    }
}

#[test]
fn extra_attributes_follow_those_of_the_conventions() {
    let settings = SpanSettings { extras: extras(), ..settings() };
    let more: &[(&str, &[u8])] = &[
        ("x-tenant", b"a"),
        ("accept", b"text/html"),
        ("x-tenant", b"b\xff"),
        ("baggage", b"user.tier=gold,other=1,url.path=/forged,team=forged"),
        ("baggage", b"user.name=J%c3%b6rg,user.tier=silver;property"),
    ];
    let answer = serialise([(b"x-cache".as_slice(), b"hit".as_slice()), (b"x-other", b"1")]);
    let exchange = || Exchange { response_headers: Some(&answer), ..exchange(200) };
    let expected = |request: &str, response: &str| {
        vec![
            KeyValue::string("team", "shop"),
            KeyValue::int("replica", 3),
            KeyValue::string("tenant", "a"),
            KeyValue::string("canary", "no"),
            KeyValue::strings(format!("{request}x-tenant"), &["a", "b\u{fffd}"]),
            KeyValue::strings(format!("{request}accept"), &["text/html"]),
            KeyValue::strings(format!("{response}x-cache"), &["hit"]),
            KeyValue::string("user.name", "Jörg"),
            KeyValue::string("user.tier", "silver"),
        ]
    };
    let cases = [
        (SHOP, expected("http.request.header.", "http.response.header."), "HTTP"),
        (CALL, expected("rpc.request.metadata.", "rpc.response.metadata."), "gRPC"),
    ];
    for (request, expected, why) in cases {
        let head = head(request, more);
        let (_, span, cuts) = write_with(&settings, SpanKind::Server, &head, exchange(), "");
        let count = span.attributes.len() - expected.len();
        assert_eq!(span.attributes[count..], expected, "{why}");
        assert!(keys(&span)[..count].iter().all(|key| names::is_of_span(key)), "{why}");
        assert_eq!(cuts, Cuts::default());
        let mut once = keys(&span);
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), span.attributes.len(), "no key stands twice");
    }
}

#[test]
fn baggage_counts_in_every_noticed_format_but_no_strangers() {
    use crate::propagation::Propagator;
    use crate::trust::OnForeignContext::{IgnoreDecision, Restart};
    let extras = Extras { baggage: vec!["user.*".into()], ..Extras::default() };
    let settings = SpanSettings { extras, ..settings() };
    let pairs: [(&[u8], &[u8]); 4] = [
        (b"uberctx-user.tier", b"gold%21"),
        (b"uberctx-user.name", b"other"),
        (b"ot-baggage-user.id", b"7"),
        (b"baggage", b"user.name=ann"),
    ];
    let noticed = [Propagator::Jaeger].into_iter().collect();
    let head = RequestHead::noticing(noticed, serialise(pairs));
    let found = |crossing| {
        let exchange = exchange(200);
        let span = write_at(crossing, &settings, SpanKind::Server, &head, exchange, "").1;
        ["user.tier", "user.name", "user.id"].map(|key| text(&span, key))
    };
    let expected = [Some("gold!".into()), Some("ann".into()), None];
    assert_eq!(found(Crossing::Within), expected, "W3C's list wins; OpenTracing is not configured");
    assert_eq!(found(Crossing::Leaving), expected, "the application's own");
    for on in [Restart, IgnoreDecision] {
        assert_eq!(found(Crossing::Entering(on)), [None, None, None], "a stranger's");
    }
}

#[test]
fn every_attribute_of_the_conventions_is_known_as_such() {
    let more: &[(&str, &[u8])] = &[("user-agent", b"a"), ("x-forwarded-for", b"1.2.3.4")];
    let routes = Rc::new(Routes::new(vec!["/{*any}".into()], false));
    let settings = SpanSettings { routes, ..settings() };
    let odd = &[(":method", "ODD"), (":path", "/a?b"), (":authority", "a:1")][..];
    let no_call = &[(":path", "/a"), ("content-type", "application/grpc")][..];
    let mut found: Vec<String> = vec!["spanmesh.keep.reason".into()];
    for request in [SHOP, odd, CALL, no_call] {
        for kind in [SpanKind::Server, SpanKind::Client] {
            let ended = Exchange { grpc_status: Some(14), ..exchange(503) };
            let (_, span, _) = write_with(&settings, kind, &head(request, more), ended, "");
            found.extend(keys(&span).into_iter().map(str::to_owned));
        }
    }
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, names::OF_SPANS);
}

#[test]
fn a_template_names_the_span() {
    let routes = Routes::new(vec!["/orders/{id}".into()], true);
    let settings = SpanSettings { routes: Rc::new(routes), ..settings() };
    let get = |path| head(&[(":method", "GET"), (":path", path)], &[]);
    let (server, client) = (SpanKind::Server, SpanKind::Client);
    let (route, template) = ("http.route", "url.template");
    let cases = [
        (server, get("/orders/7?a=1"), "GET /orders/{id}", route, Some("/orders/{id}"), "a route"),
        (client, get("/orders/7"), "GET /orders/{id}", template, Some("/orders/{id}"), "of a call"),
        (server, get("/orders/7"), "GET /orders/{id}", template, None, "no attribute of servers"),
        (client, get("/orders/7"), "GET /orders/{id}", route, None, "nor of clients"),
        (server, get("/carts/7?a=8"), "GET /carts/{id}", route, Some("/carts/{id}"), "a guess"),
        (server, get("*"), "GET", route, None, "no path"),
        (
            server,
            head(&[(":method", "X"), (":path", "/orders/7")], &[]),
            "HTTP /orders/{id}",
            route,
            Some("/orders/{id}"),
            "a method that is not known",
        ),
        (server, head(CALL, &[]), "shop.Cart/Add", route, None, "gRPC has names of its own"),
    ];
    for (kind, head, name, key, value, why) in cases {
        let span = span(&settings, kind, &head);
        assert_eq!((span.name.as_str(), text(&span, key).as_deref()), (name, value), "{why}");
    }
}

#[test]
fn secrets_are_nowhere_in_a_span() {
    let mut redaction = Redaction {
        query: AnyOf(vec![TextMatcher::Prefix("secret".into())]),
        headers: AnyOf(vec![TextMatcher::Exact("cookie".into())]),
        detectors: Detectors { card_number: true, email: true, bearer_token: true },
        ..Redaction::default()
    };
    redaction.paths.add_template("/reset/{token}").unwrap();
    redaction.paths.add_template("/s3cret.Service/{method}").unwrap();
    let headers = ["cookie", "x-note", "authorization", "user-agent"];
    let extras = Extras {
        request_headers: headers.map(HeaderAttribute::of_request).into(),
        response_headers: ["x-note"].map(HeaderAttribute::of_response).into(),
        baggage: vec!["*".into()],
        ..Extras::default()
    };
    let routes = Rc::new(Routes::new(vec![], true));
    let limits = AttributeLimits { value_length: 4096, ..settings().limits };
    let settings = SpanSettings { redaction, extras, routes, limits };
    let more: &[(&str, &[u8])] = &[
        ("cookie", b"session=s3cret"),
        ("x-note", b"ask s3cret@example.com"),
        ("authorization", b"Bearer s3cret"),
        ("user-agent", b"bot (s3cret@example.com)"),
        ("baggage", b"mail=s3cret%40example.com,card=4111%201111%201111%201111"),
        ("x-forwarded-for", b"s3cret@example.com"),
    ];
    let answer = serialise([(b"x-note".as_slice(), b"to s3cret@example.com".as_slice())]);
    let query = "?secret_a=s3cret&mail=s3cret%40example.com&card=4111-1111-1111-1111";
    for path in [
        "/reset/s3cret",
        "/u/s3cret@example.com",
        "/s3cret@example.com/4111111111111111",
        "/a/b/s3cret@example.com",
    ] {
        let path = format!("{path}{query}");
        for content_type in ["text/html", "application/grpc"] {
            let authority = "me:s3cret@shop.example";
            let pairs = [
                (":method", "GET"),
                (":authority", authority),
                (":path", path.as_str()),
                ("content-type", content_type),
            ];
            for kind in [SpanKind::Server, SpanKind::Client] {
                let ended = Exchange { response_headers: Some(&answer), ..exchange(200) };
                let (bytes, span, _) = write_with(&settings, kind, &head(&pairs, more), ended, "");
                let shown = String::from_utf8_lossy(&bytes);
                assert!(!shown.contains("s3cret") && !shown.contains("1111"), "{span:#?}");
                assert!(shown.contains("REDACTED"));
            }
        }
    }
    let call = [(":path", "/s3cret.Service/Get"), ("content-type", "application/grpc")];
    assert_eq!(
        span(&settings, SpanKind::Server, &head(&call, &[])).name,
        "s3cret.Service/REDACTED"
    );
    let reset = [(":method", "GET"), (":path", "/reset/s3cret")];
    let reset = span(&settings, SpanKind::Server, &head(&reset, &[]));
    assert_eq!(
        (reset.name.as_str(), text(&reset, "url.path").as_deref()),
        ("GET /reset/REDACTED", Some("/reset/REDACTED"))
    );
}

#[test]
fn limits_take_the_extras_first_and_are_counted() {
    let limited = |count, header_bytes| SpanSettings {
        limits: AttributeLimits { count, header_bytes, value_length: 64 },
        extras: extras(),
        ..settings()
    };
    let head = head(
        SHOP,
        &[("x-tenant", &[b'a'; 100]), ("accept", b"text/html"), ("baggage", b"user.a=1")],
    );
    let cuts = |count, header_bytes| {
        let settings = limited(count, header_bytes);
        let (_, span, cuts) = write_with(&settings, SpanKind::Server, &head, exchange(200), "");
        (span.attributes.len(), cuts)
    };
    let all = cuts(128, 8192);
    assert_eq!(all, (18, Cuts { dropped: 0, truncated: 2 }), "the tag and the header are long");
    for count in 1..18 {
        let (found, cuts) = cuts(count, 8192);
        assert_eq!((found as u32, cuts.dropped), (count, 18 - count));
    }
    assert_eq!(cuts(128, 138), (17, Cuts { dropped: 1, truncated: 2 }), "64 and 2 and 64 and 9");
}
