//! What the model does with tracestate.

use std::collections::BTreeSet;

use super::Behaviour;

/// The fields that go on in place of these.
pub(super) fn forward(behaviour: Behaviour, fields: Vec<String>, has_parent: bool) -> Vec<String> {
    if !has_parent && behaviour != Behaviour::KeepsOrphans {
        return Vec::new();
    }
    match list(behaviour, &fields.join(",")) {
        None if behaviour == Behaviour::KeepsBadList => fields,
        None => Vec::new(),
        Some(list) if list.is_empty() && behaviour != Behaviour::SendsEmptyField => Vec::new(),
        Some(_) if fields.is_empty() => Vec::new(),
        Some(_) if behaviour == Behaviour::RightUntouched => fields,
        Some(list) => vec![list.join(",")],
    }
}

/// The members, if the list is good.
fn list(behaviour: Behaviour, joined: &str) -> Option<Vec<String>> {
    let mut list: Vec<String> = Vec::new();
    let mut keys = BTreeSet::new();
    for part in joined.split(',') {
        let member = match behaviour {
            Behaviour::RefusesWhitespace => part,
            Behaviour::RefusesTabs => part.trim_matches(' '),
            _ => part.trim_matches([' ', '\t']),
        };
        if member.is_empty() && behaviour == Behaviour::RefusesEmptyMembers && !joined.is_empty() {
            return None;
        }
        if member.is_empty() {
            continue;
        }
        let (key, value) = match member.split_once('=') {
            Some((key, value)) if is_key(behaviour, key) && is_value(value) => (key, value),
            _ if behaviour == Behaviour::DropsBadMemberOnly => continue,
            _ => return None,
        };
        match (keys.insert(key), behaviour) {
            (false, Behaviour::RefusesRepeats) => return None,
            (false, Behaviour::RightWithoutRepeats) => continue,
            _ => {}
        }
        list.push(match behaviour {
            Behaviour::TrimsValues => format!("{key}={}", value.trim_start()),
            Behaviour::RepairsKeys => format!("{}={value}", repaired(key)),
            _ => member.to_owned(),
        });
    }
    match behaviour {
        Behaviour::Sorts => list.sort(),
        Behaviour::CutsTo32 => list.truncate(32),
        _ => {}
    }
    let most = if behaviour == Behaviour::AllowsOnly31 { 31 } else { 32 };
    (list.len() <= most).then_some(list)
}

/// Whether the proxy takes this for a key.
fn is_key(behaviour: Behaviour, key: &str) -> bool {
    let small = |text: &str| text.starts_with(|letter: char| letter.is_ascii_lowercase());
    let legal =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte);
    let level_1 = || match key.split_once('@') {
        None => small(key),
        Some((tenant, system)) => {
            (1..=241).contains(&tenant.len())
                && (1..=14).contains(&system.len())
                && small(system)
                && !system.contains('@')
        }
    };
    match behaviour {
        Behaviour::RepairsKeys => is_key(Behaviour::Right, &repaired(key)),
        Behaviour::KnowsLevel1Keys if !level_1() => false,
        _ => {
            key.len() <= 256
                && key.bytes().all(legal)
                && key.starts_with(|first: char| first.is_ascii_alphanumeric())
        }
    }
}

/// Whether this is a value. The space at its end, which is none, was stripped before.
fn is_value(value: &str) -> bool {
    let legal = |byte| matches!(byte, b' '..=b'~') && byte != b'=';
    (1..=256).contains(&value.len()) && value.bytes().all(legal)
}

/// The key in small letters, without illegal characters, and not too long.
fn repaired(key: &str) -> String {
    let key = key.trim_start_matches('@').to_lowercase();
    key.chars().filter(|letter| !" .".contains(*letter)).take(256).collect()
}
