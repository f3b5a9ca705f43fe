use super::*;
use crate::header_map::serialise;
use crate::request_head::RequestHead;
use crate::rules::{KnownListener, Match, PathPattern, TextMatcher};
use crate::sampling::RateLimit;
use crate::span::SpanKind;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SECOND: u64 = 1_000_000_000;

fn policy(rules: Vec<(&str, KeepRule)>) -> KeepPolicy {
    let match_of = |path: &str| Match {
        paths: vec![PathPattern::Prefix(path.to_owned())],
        ..Match::default()
    };
    KeepPolicy {
        errors: Errors { http_5xx: true, grpc: true, reset: true, timeout: true },
        slower_than: Some(SECOND),
        index: RuleIndex::new(rules.iter().map(|(path, _)| match_of(path))),
        rules: rules.into_iter().map(|(_, rule)| rule).collect(),
        along_path: None,
        calls: None,
        max_age: 0,
        limiter: RateLimiter::new("keep", RateLimit { traces_per_second: 1.0, burst: 1.0 }),
    }
}

fn facts(status: u16) -> Facts<'static> {
    Facts {
        status: Some(status),
        grpc_status: None,
        response_flags: None,
        elapsed: SECOND / 2,
        response_header: &|_| None,
        seen_before: false,
    }
}

fn judge(policy: &KeepPolicy, path: &str, kind: SpanKind, facts: &Facts<'_>) -> Option<String> {
    let head = RequestHead::new(serialise([(b":path".as_slice(), path.as_bytes())]));
    let request = Request { head: &head, listener: &KnownListener { kind, port: None } };
    let reason = policy.reason(&request, facts)?;
    Some(policy.text(reason).to_owned())
}

#[test]
fn failures_promote_as_configured() {
    let all = policy(vec![]);
    let only = |errors| KeepPolicy { errors, ..policy(vec![]) };
    let (timeout, reset, caller_gone) = (1 << 2, 1 << 6, 1 << 14);
    let ended = |status, flags| Facts { status, response_flags: Some(flags), ..facts(0) };
    let grpc = |status| Facts { grpc_status: Some(status), ..facts(200) };
    let (server, client) = (SpanKind::Server, SpanKind::Client);
    let cases = [
        (&all, client, facts(200), false, "success"),
        (&all, client, facts(404), false, "4xx is no server's failure"),
        (&all, server, facts(500), true, "5xx"),
        (&only(Errors::default()), server, facts(500), false, "nothing configured"),
        (&all, server, ended(Some(200), reset), true, "cut off midway"),
        (&all, server, ended(None, 0), true, "no answer"),
        (&all, server, ended(None, caller_gone), false, "nobody waited for it"),
        (&all, server, ended(Some(408), timeout), true, "a timeout"),
        (
            &only(Errors { reset: true, ..Errors::default() }),
            server,
            ended(Some(504), timeout),
            false,
            "a timeout is no reset",
        ),
        (&all, client, grpc(5), true, "NOT_FOUND is the client's failure"),
        (&all, server, grpc(5), false, "and not the server's"),
        (&all, server, grpc(13), true, "INTERNAL is"),
        (&all, client, grpc(0), false, "OK"),
        (&all, client, Facts { response_flags: Some(reset), ..grpc(0) }, false, "OK, then a reset"),
        (
            &only(Errors { timeout: true, ..Errors::default() }),
            client,
            Facts { response_flags: Some(timeout), ..grpc(4) },
            true,
            "Envoy gave a call up",
        ),
    ];
    for (policy, kind, facts, expected, why) in cases {
        let reason = judge(policy, "/", kind, &facts);
        assert_eq!(reason.as_deref(), expected.then_some("error"), "{why}");
    }
}

#[test]
fn slowness_has_a_general_threshold_and_those_of_rules() {
    let slow_after = |seconds: u64| KeepRule {
        name: format!("after-{seconds}"),
        slower_than: Some(seconds * SECOND),
        ..KeepRule::default()
    };
    let policy = policy(vec![
        ("/reports", slow_after(10)),
        (
            "/ping",
            KeepRule { slower_than: Some(SECOND / 10), name: "ping".into(), ..slow_after(0) },
        ),
    ]);
    let cases = [
        ("/", SECOND, None, "exactly the threshold is not slower"),
        ("/", SECOND + 1, Some("slow"), "slower"),
        ("/reports", 5 * SECOND, None, "reports may take longer"),
        ("/reports", 11 * SECOND, Some("after-10"), "but not so long"),
        ("/ping", SECOND / 5, Some("ping"), "pings may not"),
    ];
    for (path, elapsed, expected, why) in cases {
        for seen_before in [false, true] {
            let facts = Facts { elapsed, seen_before, ..facts(200) };
            let reason = judge(&policy, path, SpanKind::Server, &facts);
            assert_eq!(reason.as_deref(), expected, "{why}");
        }
    }
}

#[test]
fn rules_ask_for_statuses_and_headers_of_the_answer() {
    let mut teapots = Statuses::default();
    teapots.add("418").unwrap();
    let at_least = AnyOf(vec![TextMatcher::AtLeast(1000.0)]);
    let policy = policy(vec![
        ("/critical", KeepRule { name: "critical".into(), ..KeepRule::default() }),
        ("/", KeepRule { name: "teapots".into(), statuses: Some(teapots), ..KeepRule::default() }),
        (
            "/",
            KeepRule {
                name: "big-orders".into(),
                response_headers: vec![("x-order-total".into(), at_least)],
                ..KeepRule::default()
            },
        ),
    ]);
    let total = |value: &'static str| {
        move |name: &str| (name == "x-order-total").then(|| value.as_bytes().to_vec())
    };
    let (big, small) = (total("2500"), total("25"));
    let with = |response_header| Facts { response_header, ..facts(200) };
    let cases = [
        ("/critical", facts(200), Some("critical"), "whatever comes of it"),
        ("/", facts(418), Some("teapots"), "the status"),
        ("/", with(&big), Some("big-orders"), "a header"),
        ("/", with(&small), None, "a smaller number"),
        ("/", facts(200), None, "nothing"),
        ("/", Facts { seen_before: true, ..facts(418) }, None, "judged before"),
    ];
    for (path, facts, expected, why) in cases {
        assert_eq!(judge(&policy, path, SpanKind::Client, &facts).as_deref(), expected, "{why}");
    }
}
