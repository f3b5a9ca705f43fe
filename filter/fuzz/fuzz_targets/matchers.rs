//! Wildcards, address ranges, sets of statuses and regular expressions, against naive ones.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use spanmesh_core::rules::{Statuses, TextMatcher, regex};
use spanmesh_core::trust::Cidr;
use spanmesh_core::wildcard;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Wildcard(&'a str, &'a str),
    Range { address: IpAddr, length: u8, other: IpAddr, flip: u8 },
    RangeText(&'a str),
    Statuses(&'a str, u16),
    Text(&'a str, &'a [u8]),
    Regex(&'a str, &'a str),
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Wildcard(pattern, text) if pattern.len() <= 24 && text.len() <= 48 => {
        let expected = naive(pattern.as_bytes(), text.as_bytes());
        assert_eq!(wildcard::matches(pattern, text), expected);
    }
    Input::Wildcard(..) => {}
    Input::Range { address, length, other, flip } => {
        let width = if address.is_ipv4() { 32 } else { 128 };
        let parsed = Cidr::parse(&format!("{address}/{length}"));
        assert_eq!(parsed.is_some(), length <= width);
        let Some(range) = parsed else { return };
        // A range of IPv6 has no IPv4, which an address that begins it may stand for.
        assert_eq!(range.contains(address), !is_mapped(address) || length >= 96);
        // Most pairs differ at once: a neighbour, which differs in one bit, says more.
        for other in [other, neighbour(address, flip % width)] {
            let is_inside = bits(address).len() == bits(other).len()
                && bits(address)[..length.into()] == bits(other)[..length.into()];
            if !is_mapped(address) && !is_mapped(other) {
                assert_eq!(range.contains(other), is_inside, "{address}/{length} {other}");
            }
        }
    }
    Input::RangeText(text) => {
        let Some(range) = Cidr::parse(text) else { return };
        let address = text.split('/').next().expect("a part");
        let address = address.parse().expect("it is an address");
        assert!(is_mapped(address) || range.contains(address));
    }
    Input::Statuses(text, code) => {
        let mut statuses = Statuses::default();
        let is_good = statuses.add(text).is_some();
        let code_of = |text: &str| {
            let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u16>().ok().filter(|code| is_code && *code >= 100 && *code <= 599)
        };
        let ends: Vec<_> = text.splitn(2, '-').map(code_of).collect();
        let expected = match ends.as_slice() {
            [Some(one)] => Some((*one, *one)),
            [Some(from), Some(to)] if from <= to => Some((*from, *to)),
            _ => None,
        };
        assert_eq!(is_good, expected.is_some());
        for code in [code, code % 600] {
            let is_inside = expected.is_some_and(|(from, to)| from <= code && code <= to);
            assert_eq!(statuses.contain(code), is_inside);
        }
    }
    Input::Text(text, value) => {
        let contains =
            |at: Option<usize>| at.is_some_and(|at| value[at..].starts_with(text.as_bytes()));
        let starts = contains(Some(0));
        let ends = contains(value.len().checked_sub(text.len()));
        let is = |matcher: TextMatcher| matcher.matches(Some(value));
        assert_eq!(is(TextMatcher::Prefix(text.to_owned())), starts);
        assert_eq!(is(TextMatcher::Suffix(text.to_owned())), ends);
        let is_same = starts && text.len() == value.len();
        assert_eq!(is(TextMatcher::Exact(text.to_owned())), is_same);
    }
    Input::Regex(pattern, text) => {
        if pattern.len() > 32 || text.len() > 64 || !is_common(pattern) || !text.is_ascii() {
            return;
        }
        // The larger engine is not ours either, and built in another way.
        let (ours, theirs) = (regex(pattern), foreign::Regex::new(pattern));
        let (Ok(ours), Ok(_)) = (ours, theirs) else { return };
        let theirs = foreign::Regex::new(&format!("^(?:{pattern})$")).expect("good alone");
        assert_eq!(ours.is_match(text), theirs.is_match(text), "{pattern:?} {text:?}");
    }
});

/// By all ways to split the text.
fn naive(pattern: &[u8], text: &[u8]) -> bool {
    // Row by row: whether so much of the pattern fits so much of the text.
    let mut row = vec![false; text.len() + 1];
    row[0] = true;
    for &wanted in pattern {
        let mut next = vec![false; text.len() + 1];
        next[0] = row[0] && wanted == b'*';
        for at in 1..=text.len() {
            next[at] = match wanted {
                b'*' => row[at] || next[at - 1],
                b'?' => row[at - 1],
                wanted => row[at - 1] && wanted == text[at - 1],
            };
        }
        row = next;
    }
    row[text.len()]
}

fn bits(address: IpAddr) -> Vec<bool> {
    let bytes = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
}

fn neighbour(address: IpAddr, bit: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => std::net::Ipv4Addr::from(address.to_bits() ^ 1 << bit).into(),
        IpAddr::V6(address) => std::net::Ipv6Addr::from(address.to_bits() ^ 1 << bit).into(),
    }
}

/// Whether it is IPv4 in IPv6's clothes.
fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some())
}

/// Whether both engines give the pattern the same meaning: no classes of Unicode, no flags.
fn is_common(pattern: &str) -> bool {
    pattern
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || b"0123456789.*+?|()[]{},^$-/".contains(&byte))
        && !["(?", "&&", "--", "~~", "[["].iter().any(|other| pattern.contains(other))
}
