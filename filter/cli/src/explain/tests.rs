use super::*;
use crate::explain::chance::Chance;

/// Requests of every kind.
const TRACEPARENT: &str = "traceparent:00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

fn source(configuration: &str) -> Source {
    let exporter = r#""exporter": {"zipkin": {"cluster": "z"}}"#;
    Source::parse("a.json", format!("{{{exporter}{configuration}}}"), false).unwrap()
}

fn explained(configuration: &str, request: &str, options: &args::Explain) -> String {
    let source = source(configuration);
    let plugins = plugin::find(&source, &options.env);
    let response = options.response.as_deref().map(|text| Response::parse(text).unwrap());
    explain(&plugins[0], &Request::parse(request).unwrap(), response.as_ref(), options).unwrap()
}

/// The line about something.
fn about<'a>(text: &'a str, word: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(word));
    line.unwrap_or_else(|| panic!("{word}: {text}")).trim()
}

#[test]
fn the_decision_is_the_tracers() {
    let rules = r#", "sampler": {"rule_based": {"rules": [
        {"name": "health", "match": {"path": "/health"}, "sampler": "always_off"},
        {"name": "debug", "match": {"header": {"x-debug": {"present": true}}}, "sampler": "always_on"},
        {"name": "rest", "sampler": {"parent_based": {"root": {"probability": {"ratio": 0.1}}}}}]}}"#;
    let own = r#", "sampler": {"probability": {"ratio": 0.5}}"#;
    let limited = r#", "sampler": {"rate_limiting": {"traces_per_second": 5}}"#;
    let remote = r#", "sampler": {"jaeger_remote": {"cluster": "j"}}"#;
    let forced = r#", "sampler": "always_off", "force": {"header": "x-force"}"#;
    let edge = r#", "sampler": {"parent_based": {"root": {"probability": {"ratio": 0.25}}}}, "trust": {"inbound": "edge"}"#;
    let ignoring = r#", "sampler": {"parent_based": {"root": {"probability": {"ratio": 0.25}}}}, "trust": {"inbound": {"edge": {"on_foreign_context": "ignore_decision"}}}"#;
    let b3 = r#", "propagators": ["b3"], "sampler": {"parent_based": {"root": "always_off"}}"#;
    let sampled = &format!("GET /a {TRACEPARENT}-01");
    let unsampled = &format!("GET /a {TRACEPARENT}-00");
    let cases = [
        ("", "GET /a", "sampled", "the default"),
        ("", unsampled, "not sampled", "as the caller"),
        (rules, "GET /health", "not sampled", "a rule"),
        (rules, "GET /a x-debug:1", "sampled", "a rule"),
        (rules, "GET /a", "sampled for about 10 % of new traces", "a share"),
        (rules, sampled, "sampled", "the caller's word in the last rule"),
        // The id ends in …ce929d0e0e4736, above a half of 2^56.
        (own, unsampled, "sampled", "by the id that is there"),
        (own, &format!("{sampled} tracestate:ot=rv:00000000000001"), "not sampled", "by rv"),
        (limited, "GET /a", "sampled", "within the budget"),
        (remote, "GET /a", "sampled for about 0.1 % of new traces", "until the first answer"),
        (forced, "GET /a x-force:1", "sampled", "forced"),
        (forced, "GET /a x-force:0", "not sampled", "not forced"),
        (edge, sampled, "sampled for about 25 % of new traces", "a stranger's word"),
        (ignoring, sampled, "sampled for about 25 % of new traces", "its id does not count either"),
        (b3, "GET /a b3:1", "sampled", "a word without a trace"),
    ];
    for (configuration, request, expected, why) in cases {
        let text = explained(configuration, request, &args::Explain::default());
        assert_eq!(about(&text, "decision"), expected, "{why}:\n{text}");
        agree(configuration, request);
    }
}

/// What the walk through the samplers says is what the tracer does, whatever is drawn.
fn agree(configuration: &str, request: &str) {
    let source = source(configuration);
    let plugins = plugin::find(&source, &[]);
    let request = Request::parse(request).unwrap();
    let scene = Scene::new(&plugins[0], &request, &args::Explain::default()).unwrap();
    if scene.outcome(0).is_forced() {
        return;
    }
    let tracer = Chance::of(|randomness| scene.outcome(randomness).is_sampled());
    let walk = sampler::outermost(&scene);
    assert_eq!(tracer, walk, "{configuration}");
}

#[test]
fn each_rule_says_why() {
    let rules = r#", "sampler": {"rule_based": {"rules": [
        {"name": "a", "match": {"path": ["/x", {"prefix": "/y"}]}, "sampler": "always_on"},
        {"name": "b", "match": {"header": {"x-a": "1", "x-b": {"present": true}}}, "sampler": "always_on"},
        {"name": "c", "match": {"host": "Shop.example", "method": "POST"}, "sampler": "always_on"},
        {"name": "d", "match": {"direction": "outbound"}, "sampler": "always_on"},
        {"name": "e", "match": {"grpc_service": "shop.Cart"}, "sampler": "always_on"},
        {"name": "f", "match": {"listener_port": 8080}, "sampler": "always_on"},
        {"name": "g", "match": {"method": ["GET", "HEAD"], "path": {"template": "/{id}"}}, "sampler": "always_off"},
        {"name": "h", "sampler": "always_on"}]}}"#;
    let text = explained(rules, "GET /z?q=1 host:SHOP.example:80 x-a:1", &args::Explain::default());
    for line in [
        r#"rules[0] "a": not matched: path must be ["/x",{"prefix":"/y"}], is "/z""#,
        r#"rules[1] "b": not matched: header x-b must be {"present":true}, is absent"#,
        r#"rules[2] "c": not matched: method must be "POST", is "GET""#,
        r#"rules[3] "d": not matched: direction must be "outbound", is inbound"#,
        r#"rules[4] "e": not matched: grpc_service must be "shop.Cart", and this is no gRPC call"#,
        r#"rules[5] "f": not matched: listener_port must be 8080, is not known (--port says it)"#,
        r#"rules[6] "g": matched: method ["GET","HEAD"], path {"template":"/{id}"}"#,
        "sampler.rule_based.rules[6].sampler.always_off: not sampled",
        "1 more rule is not asked",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn what_is_kept_is_told_with_and_without_an_answer() {
    let keep = r#", "sampler": {"rule_based": {"rules": [
        {"name": "never", "match": {"path": "/health"}, "sampler": "always_off"},
        {"name": "all", "match": {"path": "/all"}, "sampler": "always_on"},
        {"name": "rest", "sampler": {"probability": {"ratio": 0}}}]}},
        "keep": {"errors": ["http_5xx"], "slower_than": "1s", "rules": [
            {"name": "big", "match": {"header": {"x-total": {"at_least": 1000}}}},
            {"name": "teapots", "match": {"response_status": ["418"]}, "slower_than": 20}]}"#;
    let slow = r#", "sampler": "always_off", "keep": {"errors": ["timeout"], "slower_than": "1s"}"#;
    let none = args::Explain::default();
    assert!(explained(slow, "GET /a", &none).contains("slower_than: if it takes longer than 1s"));
    let text = explained(keep, "GET /a", &none);
    for line in [
        "errors: if it fails (http_5xx)",
        "slower_than: that of rules[1] counts instead",
        r#"rules[0] "big": not matched: header x-total must be {"at_least":1000}, is absent"#,
        r#"rules[1] "teapots": if the status is ["418"] and it takes longer than 20 ms"#,
        "along_path: if a hop below keeps its span",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let cases = [
        ("", "GET /a", None, "nothing: keep is not configured"),
        (keep, "GET /all", None, "is not asked: the request is sampled anyway"),
        (
            keep,
            "GET /health",
            None,
            "never: the rule that decided says so (always_off with a match, or keep: false)",
        ),
        (keep, "GET /a", Some("200"), "where it is not sampled: not kept: nothing of it fits"),
        (
            keep,
            "GET /a",
            Some("503"),
            "where it is not sampled: kept: it failed (spanmesh.keep.reason=error), within keep.rate_limit",
        ),
        (
            keep,
            "GET /a",
            Some("200 duration:2s"),
            "where it is not sampled: not kept: nothing of it fits",
        ),
        (
            slow,
            "GET /a",
            Some("200 duration:2s"),
            "where it is not sampled: kept: it was slow (spanmesh.keep.reason=slow), within keep.rate_limit",
        ),
        (slow, "GET /a", Some("none"), "where it is not sampled: not kept: nothing of it fits"),
        (
            keep,
            "GET /a",
            Some("418 duration:30ms"),
            "where it is not sampled: kept: keep.rules[1] matches (spanmesh.keep.reason=teapots), within keep.rate_limit",
        ),
        (
            keep,
            "GET /a x-total:2000",
            Some("200"),
            "where it is not sampled: kept: keep.rules[0] matches (spanmesh.keep.reason=big), within keep.rate_limit",
        ),
    ];
    for (configuration, request, response, expected) in cases {
        let response = response.map(str::to_owned);
        let text = explained(
            configuration,
            request,
            &args::Explain { response, ..args::Explain::default() },
        );
        let expected =
            if configuration.is_empty() { "nothing: keep is not configured" } else { expected };
        assert_eq!(about(&text, "keep"), expected, "{request}");
    }
}

#[test]
fn places_and_surroundings_count() {
    let mesh = args::Explain { mesh_sampling: Some(25.0), ..args::Explain::default() };
    assert_eq!(
        about(&explained("", "GET /a", &mesh), "decision"),
        "sampled for about 25 % of new traces"
    );
    let sampled = format!("GET /a {TRACEPARENT}-01");
    let gateway = args::Explain { node: Some(Node::Gateway), ..args::Explain::default() };
    let trust = |options: &args::Explain, configuration: &str| {
        about(&explained(configuration, &sampled, options), "trust").to_owned()
    };
    assert!(trust(&gateway, "").contains("a new trace starts, with a link"));
    assert!(trust(&args::Explain::default(), "").contains("belongs to the mesh"));
    let except = r#", "trust": {"inbound": {"edge": {"except": {"peer_address": "10.0.0.0/8"}}}}"#;
    let near = args::Explain { peer: Some("10.1.2.3:555".into()), ..args::Explain::default() };
    assert!(trust(&near, except).contains("belongs to the mesh"));
    assert!(trust(&args::Explain::default(), except).contains("stranger"));
    let out = args::Explain { outbound: true, ..args::Explain::default() };
    assert!(trust(&out, r#", "trust": {"outbound": "edge"}"#).contains("it is told nothing"));
    let variable = r#", "resource": {"attributes": {"a": "${env:POD}"}}"#;
    let text = explained(variable, "GET /a", &args::Explain::default());
    assert!(about(&text, "unknown").starts_with("POD of the VM"), "{text}");
}
