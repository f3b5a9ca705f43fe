//! Configurations of samplers, rules and keep.

use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn rules(rules: Value) -> Value {
    with("sampler", json!({"rule_based": {"rules": rules}}))
}

fn keep(options: Value) -> Value {
    with("keep", options)
}

fn problems(json: &Value) -> Vec<String> {
    parse(json).err().unwrap_or_default()
}

/// The example of the configuration's reference, all options in use.
#[test]
fn every_kind_of_rule_and_matcher_compiles() {
    let sampler = json!({"rule_based": {"rules": [
        {"name": "health", "match": {"path": ["/health", "/ready", {"prefix": "/metrics"}]},
            "sampler": "always_off"},
        {"name": "debug", "match": {"header": {"x-debug-user": {"present": true}}},
            "sampler": "always_on"},
        {"name": "checkout", "match": {"method": "POST", "path": "/checkout"},
            "sampler": {"rate_limiting": {"traces_per_second": 5, "sampler": "always_on"}}},
        {"name": "all kinds", "keep": false, "match": {
            "method": ["GET", "HEAD"], "path": [{"template": "/orders/{id}"}, {"regex": "/v[0-9]+"},
            {"suffix": ".css"}], "host": "Shop.example", "direction": "outbound",
            "grpc_service": "shop.Cart", "grpc_method": {"prefix": "Get"},
            "listener_port": [80, 8080], "header": {"x-absent": {"absent": true}}},
            "sampler": {"jaeger_remote": {"cluster": "outbound|5778||jaeger.obs.svc"}}},
        {"name": "rest", "sampler": {"parent_based": {"root": {"probability": {"ratio": 0.1}}}}},
    ]}});
    let config = parse(&with("sampler", sampler)).unwrap();
    let Sampler::RuleBased(rules) = &config.sampler else { panic!("{:?}", config.sampler) };
    let keeps: Vec<_> = rules.rules.iter().map(|rule| (rule.name.as_str(), rule.keep)).collect();
    let expected = [
        ("health", false),
        ("debug", true),
        ("checkout", true),
        ("all kinds", false),
        ("rest", true),
    ];
    assert_eq!(keeps, expected);
    let Some(Sampler::JaegerRemote(remote)) = rules.rules.get(3).map(|rule| &rule.sampler) else {
        panic!("{rules:?}")
    };
    let settings = &remote.settings;
    assert_eq!(
        (settings.authority.as_str(), settings.path.as_str()),
        ("jaeger.obs.svc", "/sampling")
    );
    assert_eq!(settings.interval, 60 * SECOND);
}

#[test]
fn keep_and_force_compile() {
    let mut json = keep(json!({
        "errors": ["http_5xx", "timeout"], "slower_than": "1s", "calls": true, "max_age": "10s",
        "rules": [
            {"name": "big-orders", "match": {"header": {"x-order-total": {"at_least": 1000}}}},
            {"name": "teapots", "match": {"response_status": ["418", "420-429", 451]}},
            {"name": "reports", "match": {"path": "/reports"}, "slower_than": "10s"},
        ],
    }));
    json["force"] = json!({"header": "x-trace-force", "request_id": true});
    let config = parse(&json).unwrap();
    let policy = config.keep.unwrap();
    assert!(policy.errors.http_5xx && policy.errors.timeout && !policy.errors.reset);
    assert_eq!(policy.slower_than, Some(SECOND));
    assert_eq!(policy.rules[2].slower_than, Some(10 * SECOND));
    assert!(policy.rules[1].statuses.as_ref().is_some_and(|s| s.contain(425) && s.contain(451)));
    assert_eq!(
        policy.calls.map(|held| (held.max_entries, held.max_age)),
        Some((1024, 10 * SECOND))
    );
    assert_eq!(
        policy.along_path,
        Some(spanmesh_core::keep::PathHeader::Own("x-spanmesh-kept".into()))
    );
    assert_eq!(config.force, Force { header: Some("x-trace-force".into()), request_id: true });
    let all = parse(&keep(json!({"errors": true, "along_path": false}))).unwrap().keep.unwrap();
    assert!(all.errors.grpc && all.errors.reset && all.along_path.is_none());
    assert!(parse_text(SMALLEST).unwrap().keep.is_none());
}

#[test]
fn bad_rules_are_refused_with_path_and_reason() {
    let rule = |name: &str| json!({"name": name, "match": {"path": "/"}, "sampler": "always_on"});
    let with_match =
        |matching: Value| rules(json!([{"name": "a", "match": matching, "sampler": "always_on"}]));
    let at = |rest: &str| format!("sampler.rule_based.rules[0].match{rest}");
    let cases = [
        (
            rules(json!([{"name": "a", "sampler": "sometimes"}])),
            r#"sampler.rule_based.rules[0].sampler: must be one of always_on, always_off, probability, found "sometimes""#.into(),
        ),
        (
            rules(json!([{"name": "a", "sampler": {"probability": {"ratio": 1.5}}}])),
            "sampler.rule_based.rules[0].sampler.probability.ratio: must be between 0 and 1, found 1.5".into(),
        ),
        (with_match(json!({})), at(": is empty: leave it out to match everything")),
        (with_match(json!({"path": []})), at(".path: must be a list with an item, found []")),
        (with_match(json!({"header": {}})), at(".header: must be an object with a header field, found {}")),
        (
            rules(json!([{"name": "all", "sampler": "always_on"}, rule("late")])),
            "sampler.rule_based.rules[1]: is never reached: rule 0 matches everything".into(),
        ),
        (
            rules(json!([rule("a"), rule("b"), rule("a")])),
            r#"sampler.rule_based.rules[2].name: is that of rule 0: "a""#.into(),
        ),
        (rules(json!([])), "sampler.rule_based.rules: must be a list with a rule, found []".into()),
        (
            rules(json!([{"name": "a"}])),
            "sampler.rule_based.rules[0].sampler: is required: decides what the rule matches".into(),
        ),
        (
            with_match(json!({"path": {"template": "orders/{id}"}})),
            at(".path.template: is no path template: must start with /"),
        ),
        (
            with_match(json!({"path": {"prefix": "/a", "suffix": "b"}})),
            at(r#".path: must be an object with exactly one of prefix, suffix, template, regex, found {"prefix":"/a","suffix":"b"}"#),
        ),
        (
            with_match(json!({"method": {"at_least": 1}})),
            at(r#".method: must be an object with exactly one of prefix, suffix, regex, found {"at_least":1}"#),
        ),
        (with_match(json!({"header": {"x": {"at_least": "1"}}})), at(r#".header.x.at_least: must be a number, found "1""#)),
        (with_match(json!({"header": {"X": "1"}})), at(".header.X: is no lower-case HTTP field name")),
        (with_match(json!({"header": {"x": {"present": false}}})), at(".header.x.present: must be true, found false")),
        (with_match(json!({"listener_port": 0})), at(".listener_port: must be a port from 1 to 65535, found 0")),
        (with_match(json!({"response_status": "500"})), at(".response_status: is no known option")),
        (
            keep(json!({"rules": [{"name": "a", "match": {"response_status": "5xx"}}]})),
            r#"keep.rules[0].match.response_status: must be a status code such as "418", or a range such as "420-429", found "5xx""#.into(),
        ),
        (
            keep(json!({"rules": [{"name": "slow", "match": {"path": "/"}}]})),
            "keep.rules[0].name: must be none of error, slow, path, call".into(),
        ),
        (
            keep(json!({"errors": ["5xx"]})),
            r#"keep.errors[0]: must be one of http_5xx, grpc, reset, timeout, found "5xx""#.into(),
        ),
        (
            keep(json!({"rate_limit": {"traces_per_second": 0}})),
            "keep.rate_limit.traces_per_second: must be a number from 0.001 to 1000000.0, found 0".into(),
        ),
        (keep(json!(true)), "keep: must be an object, found true".into()),
        (
            with("force", json!({"header": "X-Force"})),
            r#"force.header: must be a lower-case HTTP field name, found "X-Force""#.into(),
        ),
        (
            with("sampler", json!({"jaeger_remote": {}})),
            "sampler.jaeger_remote.cluster: is required: name of the Envoy cluster of the strategies endpoint".into(),
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(problems(&json), [expected], "{json}");
    }
    let regex = problems(&with_match(json!({"path": {"regex": "/(a"}})));
    assert!(regex[0].starts_with(&at(".path.regex: is no regular expression: ")), "{regex:?}");
}
