//! W3C Baggage: the `baggage` header.
//!
//! ```text
//! list   = member *( OWS "," OWS member )        ; over all fields in the order of their arrival
//! member = key OWS "=" OWS value *( OWS ";" OWS property )
//! key    = 1*tchar                               ; RFC 9110, section 5.6.2
//! value  = *( %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E )       ; percent-encoded UTF-8
//! ```
//!
//! Lists of up to 64 members and 8192 bytes must be passed on whole; what is longer may lose
//! members, never a part of one (section 3.3.2). A member that breaks the grammar spoils only itself.

use std::borrow::Cow;

use crate::percent;
use crate::redact::split_once;
use crate::trace_state::trim_ows;

/// Name of the header.
pub const BAGGAGE: &str = "baggage";
/// Most members of a list that is passed on.
pub const MAX_MEMBERS: usize = 64;
/// Most bytes of a list that is passed on, commas included.
pub const MAX_BYTES: usize = 8192;

/// A list that was longer than the limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limited {
    /// What is passed on, as the value of one field; may be empty.
    pub value: Vec<u8>,
    /// Members at the end that had no room.
    pub dropped: u64,
}

/// Keys and decoded values of the well-formed members within the limits; properties are left out.
pub fn members<'a>(mut fields: impl Iterator<Item = &'a [u8]>) -> Vec<(&'a str, Cow<'a, [u8]>)> {
    let members = raw_members(&mut fields);
    members.get(..fitting(&members)).unwrap_or_default().iter().filter_map(|m| parse(m)).collect()
}

/// What may be passed on of a list that is longer than the limits; `None` when it is not.
pub fn limited<'a>(fields: impl Iterator<Item = &'a [u8]> + Clone) -> Option<Limited> {
    // With a comma behind each field.
    let (mut bytes, mut count) = (0, 0);
    for field in fields.clone() {
        bytes += field.len() + 1;
        count += 1 + field.iter().filter(|b| **b == b',').count();
    }
    if count <= MAX_MEMBERS && bytes <= MAX_BYTES + 1 {
        return None;
    }
    let members = raw_members(&mut { fields });
    // Empty members do not count.
    if members.len() <= MAX_MEMBERS && bytes <= MAX_BYTES + 1 {
        return None;
    }
    let fitting = fitting(&members);
    let value = members.get(..fitting).unwrap_or_default().join(&b',');
    Some(Limited { value, dropped: (members.len() - fitting) as u64 })
}

/// How many members fit.
fn fitting(members: &[&[u8]]) -> usize {
    let mut bytes = 0;
    let fits = |member: &&&[u8]| {
        bytes += member.len() + 1;
        bytes <= MAX_BYTES + 1
    };
    members.iter().take(MAX_MEMBERS).take_while(fits).count()
}

/// Members as they arrived.
fn raw_members<'a>(fields: &mut dyn Iterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
    let mut members = Vec::new();
    for field in fields {
        for member in field.split(|&b| b == b',') {
            let member = trim_ows(member);
            if !member.is_empty() {
                members.push(member);
            }
        }
    }
    members
}

/// Key and decoded value of a member; `None` when it breaks the grammar.
fn parse(member: &[u8]) -> Option<(&str, Cow<'_, [u8]>)> {
    let (member, _properties) = split_once(member, b';').unwrap_or((member, &[]));
    let (key, value) = split_once(member, b'=')?;
    let (key, value) = (trim_ows(key), trim_ows(value));
    let is_well_formed =
        !key.is_empty() && key.iter().all(|b| is_tchar(*b)) && value.iter().all(|b| is_octet(*b));
    if !is_well_formed {
        return None;
    }
    Some((str::from_utf8(key).ok()?, percent::decode(value)))
}

fn is_tchar(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

fn is_octet(b: u8) -> bool {
    b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\')
}

#[cfg(test)]
mod tests;
