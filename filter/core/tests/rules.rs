//! The index of rules finds what looking at every rule in turn would find.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use spanmesh_core::header_map::serialise;
use spanmesh_core::otel_trace_state::OtelTraceState;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{
    AnyOf, Conditions, KnownListener, Match, PathPattern, Request, RuleIndex, Template, Templates,
    TextMatcher, regex,
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

/// A segment of a template: what stands before its parameter, and behind it.
type Piece = (String, Option<(bool, String)>);

/// Templates of segments that collide often, as text and as what they mean.
fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let around = || prop_oneof![2 => Just(""), 1 => Just("a"), 1 => Just("ab"), 1 => Just("b")];
    let parameter = (around(), around())
        .prop_map(|(prefix, suffix)| (prefix.to_owned(), Some((false, suffix.to_owned()))));
    let segment = prop_oneof!["[ab]{0,2}".prop_map(|text| (text, None)), parameter];
    let rest = around().prop_map(|prefix| (prefix.to_owned(), Some((true, String::new()))));
    (proptest::collection::vec(segment, 1..4), proptest::option::of(rest)).prop_map(
        |(mut segments, rest)| {
            segments.extend(rest);
            segments
        },
    )
}

fn text(pieces: &[Piece]) -> String {
    let text = |(at, (prefix, parameter)): (usize, &Piece)| match parameter {
        None => format!("/{prefix}"),
        Some((true, _)) => format!("/{prefix}{{*rest}}"),
        Some((false, suffix)) => format!("/{prefix}{{p{at}}}{suffix}"),
    };
    pieces.iter().enumerate().map(text).collect()
}

/// The path with its parameters replaced, by the meaning of each segment; `None`: no match.
fn redacted(pieces: &[Piece], path: &str) -> Option<String> {
    let Some(((prefix, parameter), later)) = pieces.split_first() else {
        return path.is_empty().then(String::new);
    };
    let path = path.strip_prefix('/')?;
    let end = match parameter {
        Some((true, _)) => path.len(),
        _ => path.find('/').unwrap_or(path.len()),
    };
    let (segment, behind) = path.split_at(end);
    let redacted_segment = match parameter {
        None => (segment == prefix).then(|| prefix.clone())?,
        Some((_, suffix)) => {
            let value = segment.strip_prefix(prefix.as_str())?.strip_suffix(suffix.as_str())?;
            (!value.is_empty()).then(|| format!("{prefix}REDACTED{suffix}"))?
        }
    };
    Some(format!("/{redacted_segment}{}", redacted(later, behind)?))
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
        let request = Request { head: &head, listener: &KnownListener { kind: SpanKind::Server, port: None } };
        prop_assert_eq!(RuleIndex::new(rules).first(&request, |_| true), expected);
    }

    #[test]
    fn exactly_the_templates_that_match_are_found(
        templates in proptest::collection::vec(pieces(), 0..12),
        path in "(/[ab]{0,3}){0,4}",
    ) {
        let expected: Vec<Option<String>> =
            templates.iter().map(|pieces| redacted(pieces, &path)).collect();
        let mut index = Templates::default();
        for (pieces, rule) in templates.iter().zip(0..) {
            index.add(&text(pieces), rule);
        }
        let mut found: Vec<u32> = index.matches(path.as_bytes()).flatten().copied().collect();
        found.sort_unstable();
        let matching = expected.iter().zip(0..).filter(|(redacted, _)| redacted.is_some());
        let matching: Vec<u32> = matching.map(|(_, rule)| rule).collect();
        prop_assert_eq!(index.first(path.as_bytes()), matching.first().copied());
        prop_assert_eq!(found, matching);
        for (pieces, expected) in templates.iter().zip(expected) {
            let ranges = Template::parse(&text(pieces)).unwrap().parameters(path.as_bytes());
            let redacted = ranges.map(|ranges| {
                let mut redacted = path.clone();
                for range in ranges.into_iter().rev() {
                    redacted.replace_range(range, "REDACTED");
                }
                redacted
            });
            prop_assert_eq!(redacted, expected);
        }
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
