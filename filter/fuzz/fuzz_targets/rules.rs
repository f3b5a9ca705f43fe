//! Rules and path templates: the index finds what looking at each rule in turn finds, and paths are named
//! and redacted by the same templates.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use spanmesh_core::header_map::serialise;
use spanmesh_core::redact::RedactedPaths;
use spanmesh_core::request_head::RequestHead;
use spanmesh_core::rules::{
    AnyOf, Conditions, KnownListener, Match, PathPattern, Request, RuleIndex, Template, Templates,
    TextMatcher,
};
use spanmesh_core::span::{Routes, SpanKind};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    rules: Vec<(Vec<Pattern<'a>>, Option<&'a str>)>,
    path: &'a [u8],
    host: &'a str,
}

#[derive(Arbitrary, Debug)]
enum Pattern<'a> {
    Exact(&'a str),
    Prefix(&'a str),
    Suffix(&'a str),
    Template(&'a str),
}

fuzz_target!(|input: Input<'_>| {
    let path = input.path.split(|&byte| byte == b'?').next().expect("a part");
    if path.contains(&b'#')
        || path.is_empty()
        || !input.host.bytes().all(|b| b.is_ascii_lowercase())
    {
        return;
    }
    let (mut rules, mut expected) = (Vec::new(), None);
    let (mut templates, mut texts) = (Templates::default(), Vec::new());
    let mut redacted = RedactedPaths::default();
    let mut named = Vec::new();
    for (number, (patterns, host)) in input.rules.iter().enumerate() {
        let mut paths = Vec::new();
        let mut fits = patterns.is_empty();
        for pattern in patterns {
            fits |= match *pattern {
                Pattern::Exact(text) => path == text.as_bytes(),
                Pattern::Prefix(text) => path.starts_with(text.as_bytes()),
                Pattern::Suffix(text) => path.ends_with(text.as_bytes()),
                Pattern::Template(text) => match Template::parse(text) {
                    Ok(template) => {
                        let found = parameters(text, path);
                        assert_eq!(template.parameters(path), found, "{text:?}");
                        templates.add(text, texts.len() as u32);
                        texts.push(text.to_owned());
                        redacted.add_template(text).expect("a template");
                        let fits = found.is_some() && str::from_utf8(path).is_ok();
                        named.push(fits);
                        fits
                    }
                    Err(reason) => {
                        assert!(!reason.is_empty());
                        continue;
                    }
                },
            };
            paths.push(match *pattern {
                Pattern::Exact(text) => PathPattern::Exact(text.to_owned()),
                Pattern::Prefix(text) => PathPattern::Prefix(text.to_owned()),
                Pattern::Suffix(text) => PathPattern::Suffix(text.to_owned()),
                Pattern::Template(text) => PathPattern::Template(text.to_owned()),
            });
        }
        if paths.is_empty() {
            fits = true;
        }
        fits &= host.is_none_or(|host| host == input.host);
        let host = host.map(|host| AnyOf(vec![TextMatcher::Exact(host.to_owned())]));
        rules.push(Match { paths, conditions: Conditions { host, ..Conditions::default() } });
        expected = expected.or(fits.then_some(number));
    }
    let pairs = [(&b":path"[..], input.path), (b":authority", input.host.as_bytes())];
    let head = RequestHead::new(serialise(pairs));
    let request =
        Request { head: &head, listener: &KnownListener { kind: SpanKind::Server, port: None } };
    assert_eq!(RuleIndex::new(rules).first(&request, |_| true), expected);

    let mut found: Vec<u32> = templates.matches(path).flatten().copied().collect();
    found.sort_unstable();
    let all: Vec<u32> = (0..).zip(&named).filter(|(_, fits)| **fits).map(|(it, _)| it).collect();
    assert_eq!(found, all);
    let first = all.first().map(|number| texts[*number as usize].clone());
    let routes = Routes::new(texts.clone(), false);
    assert_eq!(routes.template(path, || path.into()).map(|it| it.into_owned()), first);
    if let Some(mask) = Routes::new(texts, true).template(path, || path.into()) {
        assert!(first.is_some_and(|first| first == mask) || mask.starts_with('/'));
    }
    if all.is_empty() && !named.is_empty() && str::from_utf8(path).is_ok() {
        assert_eq!(&*redacted.clean(path), path, "nothing matches, nothing is redacted");
    }
});

/// Where the parameters' values stand, by the letter of the grammar.
fn parameters(template: &str, path: &[u8]) -> Option<Vec<std::ops::Range<usize>>> {
    let (mut found, mut at) = (Vec::new(), 0);
    let joined: Vec<&str> = template[1..].split('/').collect();
    for (index, segment) in joined.iter().enumerate() {
        if path.get(at) != Some(&b'/') {
            return None;
        }
        at += 1;
        let rest = &path[at..];
        let segment_of_path = rest.split(|&byte| byte == b'/').next().expect("a part");
        let (prefix, parameter, suffix) = pieces(segment);
        let taken = if parameter == Some(true) { rest } else { segment_of_path };
        match parameter {
            None => {
                if taken != prefix {
                    return None;
                }
            }
            Some(_) => {
                let inner = taken.strip_prefix(&prefix[..])?.strip_suffix(&suffix[..])?;
                if inner.is_empty() {
                    return None;
                }
                let start = at + prefix.len();
                found.push(start..start + inner.len());
            }
        }
        at += taken.len();
        if index + 1 == joined.len() && at != path.len() {
            return None;
        }
    }
    Some(found)
}

/// The text before the parameter, whether there is one (and it takes the rest), and the text behind it.
fn pieces(segment: &str) -> (Vec<u8>, Option<bool>, Vec<u8>) {
    let (mut before, mut behind, mut parameter) = (Vec::new(), Vec::new(), None);
    let mut chars = segment.bytes().peekable();
    while let Some(byte) = chars.next() {
        let text = if parameter.is_none() { &mut before } else { &mut behind };
        match byte {
            b'{' | b'}' if chars.peek() == Some(&byte) => {
                chars.next();
                text.push(byte);
            }
            b'{' => {
                parameter = Some(chars.peek() == Some(&b'*'));
                chars.by_ref().find(|byte| *byte == b'}');
            }
            byte => text.push(byte),
        }
    }
    (before, parameter, behind)
}
