//! The `tracestate` list (W3C Trace Context level 2, section 3.3).
//!
//! ```text
//! list   = member *31( OWS "," OWS member )      ; empty members are allowed and mean nothing
//! member = key "=" value
//! key    = ( lcalpha / DIGIT ) 0*255( lcalpha / DIGIT / "_" / "-" / "*" / "/" / "@" )
//! value  = 0*255( chr / " " ) chr                ; chr: 0x21-0x7e without "," and "="
//! ```
//!
//! One broken member spoils the whole list, as the official harness demands. Duplicate keys are
//! kept as they are: the harness allows it, and only the writer of a key may judge them.

/// Most members a list may have.
const MAX_MEMBERS: usize = 32;
/// Members longer than this are the first to go when a list is cut.
const LONG_MEMBER: usize = 128;
/// Longest key and longest value, in bytes.
const MAX_PART: usize = 256;

/// A well-formed list, joined by commas; empty when there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceState(String);

/// Why a list was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceStateError {
    /// A member is no `key=value` of the grammar.
    Member,
    /// More than 32 members.
    TooManyMembers,
}

impl TraceState {
    /// Joins all `tracestate` fields in the order of their arrival and checks every member.
    ///
    /// # Errors
    /// The first rule of the grammar that the list breaks.
    pub fn parse<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Result<Self, TraceStateError> {
        let mut joined = String::new();
        let mut members = 0;
        for field in fields {
            joined.reserve(field.len() + 1);
            let parts = field.split(|&b| b == b',').map(trim_ows);
            for member in parts.filter(|member| !member.is_empty()) {
                members += 1;
                if members > MAX_MEMBERS {
                    return Err(TraceStateError::TooManyMembers);
                }
                if !joined.is_empty() {
                    joined.push(',');
                }
                joined.push_str(checked(member).ok_or(TraceStateError::Member)?);
            }
        }
        Ok(Self(joined))
    }

    /// The list as it is written to a span or a header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value of the first member with this key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The list with this member in front, in place of all others of its key; without `value` the
    /// key is taken out. A 33rd member pushes the right-most out (section 3.5).
    pub fn with(&self, key: &str, value: Option<&str>) -> Self {
        let mut joined = value.map(|value| format!("{key}={value}")).unwrap_or_default();
        let room = MAX_MEMBERS - usize::from(value.is_some());
        for (name, value) in self.members().filter(|(name, _)| *name != key).take(room) {
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.extend([name, "=", value]);
        }
        Self(joined)
    }

    /// The list in at most `limit` characters: members of more than 128 go first, then those at the
    /// right, each as a whole (section 3.3.1.5).
    pub fn limited(self, limit: usize) -> Self {
        if self.0.len() <= limit {
            return self;
        }
        let mut joined = String::new();
        for member in self.0.split(',').filter(|member| member.len() <= LONG_MEMBER) {
            let comma = usize::from(!joined.is_empty());
            if joined.len() + comma + member.len() > limit {
                break;
            }
            joined.push_str(if comma == 1 { "," } else { "" });
            joined.push_str(member);
        }
        Self(joined)
    }

    fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split(',').filter_map(|member| member.split_once('='))
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The member as text when it follows the grammar.
fn checked(member: &[u8]) -> Option<&str> {
    let equals = member.iter().position(|&b| b == b'=')?;
    let (key, value) = (member.get(..equals)?, member.get(equals + 1..)?);
    let key_rest = |b: &u8| is_key_start(b) || matches!(b, b'_' | b'-' | b'*' | b'/' | b'@');
    let key_is_good =
        key.len() <= MAX_PART && key.first().is_some_and(is_key_start) && key.iter().all(key_rest);
    let value_is_good = (1..=MAX_PART).contains(&value.len())
        && value.iter().all(|b| matches!(b, 0x20..=0x7e) && *b != b'=')
        && value.last() != Some(&b' ');
    if key_is_good && value_is_good { str::from_utf8(member).ok() } else { None }
}

fn is_key_start(byte: &u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9')
}

/// Strips optional white space (SP and HTAB) from both ends.
pub(crate) fn trim_ows(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests;
