//! The index of rules finds what looking at every rule in turn would find.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use spanmesh_core::header_map::serialise;
use spanmesh_core::otel_trace_state::OtelTraceState;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{
    AnyOf, Conditions, Match, PathPattern, Request, RuleIndex, TextMatcher, regex,
};
use spanmesh_core::span::SpanKind;

/// Segments that collide often.
fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec("[ab]{1,2}", 1..4)
        .prop_map(|segments| format!("/{}", segments.join("/")))
}

fn pattern() -> impl Strategy<Value = PathPattern> {
    let template =
        proptest::collection::vec(prop_oneof!["[ab]{1,2}", Just("{p}".to_owned())], 1..4).prop_map(
            |segments| {
                let named = segments.iter().enumerate();
                let named = named.map(|(i, segment)| segment.replace("{p}", &format!("{{p{i}}}")));
                format!("/{}", named.collect::<Vec<_>>().join("/"))
            },
        );
    prop_oneof![
        path().prop_map(PathPattern::Exact),
        path().prop_map(PathPattern::Prefix),
        "[ab/]{1,3}".prop_map(PathPattern::Suffix),
        template.prop_map(PathPattern::Template),
        "[ab/]{1,3}".prop_filter_map("a pattern", |text| {
            regex(&format!(".*{text}.*")).ok().map(PathPattern::Regex)
        }),
    ]
}

fn rule() -> impl Strategy<Value = Match> {
    let host = proptest::option::of("[xy]");
    (proptest::collection::vec(pattern(), 0..3), host).prop_map(|(paths, host)| {
        let host = host.map(|host| AnyOf(vec![TextMatcher::Exact(host)]));
        Match { paths, conditions: Conditions { host, ..Conditions::default() } }
    })
}

/// Whether a rule matches, by the meaning of each pattern.
fn matches(rule: &Match, path: &str, host: &str) -> bool {
    let template = |template: &str| {
        let (wanted, found) = (template.split('/'), path.split('/'));
        let same = |(wanted, found): (&str, &str)| wanted.starts_with('{') || wanted == found;
        template.split('/').count() == path.split('/').count() && wanted.zip(found).all(same)
    };
    let path_fits = rule.paths.is_empty()
        || rule.paths.iter().any(|pattern| match pattern {
            PathPattern::Exact(text) => path == text,
            PathPattern::Prefix(text) => path.starts_with(text.as_str()),
            PathPattern::Suffix(text) => path.ends_with(text.as_str()),
            PathPattern::Template(text) => template(text),
            PathPattern::Regex(regex) => regex.is_match(path),
        });
    let wanted = rule.conditions.host.as_ref();
    path_fits && wanted.is_none_or(|wanted| wanted.matches(Some(host.as_bytes())))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_index_finds_the_first_rule_that_matches(
        rules in proptest::collection::vec(rule(), 0..12),
        path in path(),
        host in "[xy]",
    ) {
        let expected = rules.iter().position(|rule| matches(rule, &path, &host));
        let pairs = [(":path", path.as_str()), (":authority", host.as_str())];
        let pairs = pairs.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let head = RequestHead::new(serialise(pairs));
        let request = Request { head: &head, kind: SpanKind::Server, listener_port: &|| None };
        prop_assert_eq!(RuleIndex::new(rules).first(&request, |_| true), expected);
    }

    #[test]
    fn what_is_written_to_the_ot_member_can_be_read_again(
        text in "(rv:[0-9a-f]{14};)?(th:[0-9a-f]{1,14};)?[a-z]:[A-Za-z0-9._-]{0,20}",
        raw in ".{0,40}",
    ) {
        let _ = OtelTraceState::parse(&raw);
        let state = OtelTraceState::parse(&text).unwrap();
        let written = state.with_threshold(state.threshold).unwrap();
        let read = OtelTraceState::parse(&written).unwrap();
        prop_assert_eq!((read.randomness, read.threshold), (state.randomness, state.threshold));
        let erased = state.with_threshold(None).unwrap();
        prop_assert_eq!(OtelTraceState::parse(&erased).unwrap().threshold, None);
    }
}
