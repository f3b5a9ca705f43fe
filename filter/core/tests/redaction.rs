//! Detectors, masks and baggage under any bytes: nothing panics, and what was found is gone.
#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::*;
use spanmesh_core::propagation::baggage;
use spanmesh_core::redact::{Detectors, RedactedPaths};
use spanmesh_core::rules::regex;
use spanmesh_core::span::Routes;
use spanmesh_core::{percent, wildcard};

const ALL: Detectors = Detectors { card_number: true, email: true, bearer_token: true };

/// Bytes that come close to what is looked for.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80),
        "([0-9]{1,6}[ +-]|%20|%2){0,20}".prop_map(String::into_bytes),
        "([a-z]{0,2}(@|%40|\\.|-)){0,20}".prop_map(String::into_bytes),
        "([Bb]earer[ +]|eyJ|[a-z_]{0,5}\\.){0,20}".prop_map(String::into_bytes),
        "(/[a-z0-9%@-]{0,24}){0,9}".prop_map(String::into_bytes),
        "([a-z =;%\"]{0,6},?){0,20}".prop_map(String::into_bytes),
    ]
}

fn clean(text: &str) -> String {
    String::from_utf8_lossy(&ALL.clean(text.as_bytes())).into_owned()
}

/// These digits and the check digit of them.
fn card(digits: &[u8]) -> String {
    let sum = |(index, digit): (usize, &u8)| match u32::from(*digit) {
        digit if index % 2 == 1 => digit,
        digit if digit > 4 => digit * 2 - 9,
        digit => digit * 2,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(sum).sum();
    let check = (10 - sum % 10) % 10;
    let digits: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    format!("{digits}{check}")
}

proptest! {
    #[test]
    fn what_is_left_has_no_secret(text in bytes()) {
        // The word that stands for a secret may look like a part of another.
        let clean = clean(&String::from_utf8_lossy(&text));
        for left in clean.split("REDACTED") {
            prop_assert_eq!(self::clean(left), left);
        }
    }

    #[test]
    fn every_card_number_is_found(
        first in 2_u8..10,
        rest in proptest::collection::vec(0_u8..10, 11..18),
        before in "[a-z/=]{0,5}",
        after in "[a-z/&]{0,5}",
    ) {
        let number = card(&[&[first], rest.as_slice()].concat());
        let text = format!("{before}{number}{after}");
        let expected = format!("{before}REDACTED{after}");
        prop_assert_eq!(clean(&text), expected);
        let groups: Vec<_> = number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        for separator in [" ", "-", "+", "%20"] {
            let text = format!("{before}{}{after}", groups.join(separator));
            let expected = format!("{before}REDACTED{after}");
            prop_assert_eq!(clean(&text), expected);
        }
    }

    #[test]
    fn every_address_is_found(
        local in "[a-z][a-z0-9._+-]{0,9}",
        domain in "([a-z0-9-]{1,8}\\.){1,3}[a-z]{2,6}",
        at in prop_oneof![Just("@"), Just("%40")],
    ) {
        prop_assume!(local != "bearer");
        let text = format!("/x={local}{at}{domain}&y");
        prop_assert_eq!(clean(&text), "/x=REDACTED&y");
    }

    #[test]
    fn any_path_is_named_or_not(path in bytes()) {
        let routes = Routes::new(vec!["/a/{b}".to_owned()], true);
        let named = routes.template(&path, || path.as_slice().into());
        if let Some(name) = named {
            prop_assert!(name.starts_with('/') && name.len() <= 160, "{}", name);
        }
        let mut redacted = RedactedPaths::default();
        redacted.add_template("/{a}/{*b}").unwrap();
        redacted.add_regex("[0-9]*").unwrap();
        prop_assert!(redacted.clean(&path).iter().all(|b| !b.is_ascii_digit()));
    }

    #[test]
    fn what_is_left_of_baggage_is_within_the_limits(
        fields in proptest::collection::vec(bytes(), 0..4),
        times in 1_usize..200,
    ) {
        let fields: Vec<Vec<u8>> = fields.iter().map(|field| field.repeat(times)).collect();
        let fields = || fields.iter().map(Vec::as_slice);
        let members = baggage::members(fields());
        prop_assert!(members.len() <= baggage::MAX_MEMBERS);
        if let Some(limited) = baggage::limited(fields()) {
            prop_assert!(limited.value.len() <= baggage::MAX_BYTES);
            prop_assert_eq!(baggage::members([limited.value.as_slice()].into_iter()), members);
            prop_assert_eq!(baggage::limited([limited.value.as_slice()].into_iter()), None);
        }
    }

    #[test]
    fn decoding_undoes_encoding(text in bytes()) {
        let encoded: String = text.iter().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(percent::decode(encoded.as_bytes()).into_owned(), text.clone());
        prop_assert!(percent::decode(&text).len() <= text.len());
    }

    #[test]
    fn wildcards_are_simple_regular_expressions(pattern in "[ab*?]{0,9}", text in "[ab]{0,12}") {
        let same = regex(&pattern.replace('*', ".*").replace('?', ".")).unwrap();
        prop_assert_eq!(wildcard::matches(&pattern, &text), same.is_match(&text));
    }
}
