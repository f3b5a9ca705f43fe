//! How the model reads and writes traceparent.

use super::Behaviour;

/// What a valid traceparent says.
pub(super) struct Parent {
    /// As sent.
    pub(super) trace_id: String,
    /// The known ones.
    pub(super) flags: u8,
}

/// The parent that the fields of a request give, if they give one.
pub(super) fn read(behaviour: Behaviour, fields: &[String]) -> Option<Parent> {
    match fields {
        [value] if behaviour != Behaviour::StartsAtEveryHop => parse(behaviour, value),
        _ => None,
    }
}

/// The traceparent to send.
pub(super) fn write(behaviour: Behaviour, context: &Parent, parent_id: &str) -> String {
    let Parent { trace_id, flags } = context;
    let version = if behaviour == Behaviour::SendsLaterVersion { "cc" } else { "00" };
    let flags = match behaviour {
        Behaviour::ForgetsRandom => flags & 0x01,
        Behaviour::SamplesAll => flags | 0x01,
        _ => *flags,
    };
    let written = format!("{version}-{trace_id}-{parent_id}-{flags:02x}");
    if behaviour == Behaviour::SendsCapitals { written.to_uppercase() } else { written }
}

/// What one field says, if it is valid.
fn parse(behaviour: Behaviour, field: &str) -> Option<Parent> {
    let mut value = field.trim_matches([' ', '\t']).to_owned();
    match behaviour {
        Behaviour::KeepsWhitespace => value = field.to_owned(),
        Behaviour::GuessesDigits => value = value.replace('.', "0"),
        Behaviour::FitsWidths => value = fitted(&value),
        _ => {}
    }
    let (head, rest) = value.split_at_checked(55)?;
    let parts: Vec<_> = head.split('-').collect();
    let &[version, trace_id, parent_id, flags] = &parts[..] else { return None };
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
    let is_zero = |id: &str| id.bytes().all(|byte| byte == b'0');
    let zero = is_zero(trace_id) || is_zero(parent_id);
    let well_formed = parts.iter().map(|part| part.len()).eq([2, 32, 16, 2])
        && head.bytes().all(is_digit)
        && (!zero || behaviour == Behaviour::AllowsZeroIds);
    let known = match version {
        "00" => true,
        "ff" => behaviour == Behaviour::AllowsVersionFf,
        _ => behaviour != Behaviour::KnowsOnlyVersion00,
    };
    let ends = rest.is_empty()
        || version != "00" && rest.starts_with('-')
        || behaviour == Behaviour::AllowsTrailingData;
    let flags = u8::from_str_radix(flags, 16).ok()? & 0x03;
    (well_formed && known && ends).then(|| Parent { trace_id: trace_id.to_owned(), flags })
}

/// The value with its parts filled up or cut, at the left, to the widths they should have.
fn fitted(value: &str) -> String {
    let fit = |(part, width): (&str, usize)| {
        let part = format!("{part:0>width$}");
        part[part.len() - width..].to_owned()
    };
    value.split('-').zip([2, 32, 16, 2]).map(fit).collect::<Vec<_>>().join("-")
}
