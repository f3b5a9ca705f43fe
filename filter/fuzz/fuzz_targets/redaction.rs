//! Redaction, percent-encoding and baggage: what is found is gone, what is not is untouched, and limits
//! are kept.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spanmesh_core::percent;
use spanmesh_core::propagation::baggage;
use spanmesh_core::redact::{Detectors, RedactedPaths, Redaction};
use spanmesh_core::rules::{AnyOf, TextMatcher, regex};
use spanmesh_core::span::Routes;

const ALL: Detectors = Detectors { card_number: true, email: true, bearer_token: true };
const CARDS: Detectors = Detectors { card_number: true, email: false, bearer_token: false };
const WORD: &str = "REDACTED";

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let clean = |text: &str| String::from_utf8_lossy(&ALL.clean(text.as_bytes())).into_owned();
    // The word that stands for a secret may look like a part of another.
    for left in clean(&text).split(WORD) {
        assert_eq!(clean(left), left, "{text:?}");
    }
    cards(&text);

    let encoded: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(&*percent::decode(encoded.as_bytes()), bytes);
    let mut encoded = Vec::new();
    percent::encode(bytes, &mut encoded);
    assert_eq!(&*percent::decode(&encoded), bytes);
    assert!(percent::decode(bytes).len() <= bytes.len());

    query(bytes);
    limits(bytes);

    let mut paths = RedactedPaths::default();
    paths.add_template("/{a}/{*b}").expect("a template");
    paths.add_regex("[0-9]+").expect("a pattern");
    assert!(paths.clean(bytes).iter().all(|byte| !byte.is_ascii_digit()));
    let routes = Routes::new(vec!["/a/{b}".to_owned()], true);
    if let Some(name) = routes.template(bytes, || bytes.into()) {
        assert!(name.starts_with('/') && name.len() <= 160, "{name}");
    }
});

/// A run of 13 to 19 digits by Luhn's rule that begins like a card's number is never left.
fn cards(text: &str) {
    let clean = String::from_utf8_lossy(&CARDS.clean(text.as_bytes())).into_owned();
    for run in clean.split(|c: char| !c.is_ascii_digit()) {
        let is_card = (13..=19).contains(&run.len())
            && luhn(run)
            && ('2'..='6').contains(&run.chars().next().expect("long"));
        // A longer number before it, with separators, is not one of cards.
        let is_alone = clean.bytes().filter(u8::is_ascii_digit).count() == run.len();
        assert!(!(is_card && is_alone), "{clean:?}");
    }
}

fn luhn(digits: &str) -> bool {
    let digit = |(place, digit): (usize, u8)| match (place % 2, u32::from(digit - b'0')) {
        (1, digit) => digit * 2 / 10 + digit * 2 % 10,
        (_, digit) => digit,
    };
    digits.bytes().rev().enumerate().map(digit).sum::<u32>() % 10 == 0
}

/// The value of each secret key, and nothing else, is replaced.
fn query(bytes: &[u8]) {
    let query = AnyOf(vec![
        TextMatcher::Exact("token".to_owned()),
        TextMatcher::Regex(regex("s[a-z]*t").expect("a pattern")),
    ]);
    let redaction = Redaction { query, ..Redaction::default() };
    let redacted = redaction.query(bytes);
    let (before, after) = (bytes.split(|&b| b == b'&'), redacted.split(|&b| b == b'&'));
    assert_eq!(before.clone().count(), after.clone().count());
    for (before, after) in before.zip(after) {
        let key = before.split(|&byte| byte == b'=').next().expect("a part");
        let decoded = percent::decode(key).into_owned();
        let is_secret = before.contains(&b'=')
            && (decoded == b"token"
                || decoded.len() >= 2
                    && decoded[0] == b's'
                    && decoded[decoded.len() - 1] == b't'
                    && decoded.iter().all(u8::is_ascii_lowercase)
                || spanmesh_core::redact::DEFAULT_QUERY_KEYS.iter().any(|it| it.as_bytes() == key));
        let expected = [key, b"=REDACTED"].concat();
        assert_eq!(after, if is_secret { expected.as_slice() } else { before });
    }
}

/// What is left of baggage is within the limits, and has the same members.
fn limits(bytes: &[u8]) {
    let repeated: Vec<Vec<u8>> = bytes
        .split(|&byte| byte == b'\n')
        .enumerate()
        .map(|(index, field)| if index == 0 { field.repeat(40) } else { field.to_vec() })
        .collect();
    let fields = || repeated.iter().map(Vec::as_slice);
    let members = baggage::members(fields());
    assert!(members.len() <= baggage::MAX_MEMBERS);
    if let Some(limited) = baggage::limited(fields()) {
        assert!(limited.value.len() <= baggage::MAX_BYTES);
        assert_eq!(baggage::members([limited.value.as_slice()].into_iter()), members);
        assert_eq!(baggage::limited([limited.value.as_slice()].into_iter()), None);
    }
}
