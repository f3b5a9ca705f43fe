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
        for member in fields.flat_map(|field| field.split(|&b| b == b',')) {
            let member = trim_ows(member);
            if member.is_empty() {
                continue;
            }
            members += 1;
            if members > MAX_MEMBERS {
                return Err(TraceStateError::TooManyMembers);
            }
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(checked(member).ok_or(TraceStateError::Member)?);
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
mod tests {
    use super::*;
    use TraceStateError::{Member, TooManyMembers};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn follows_the_grammar() {
        let long = |n| "a".repeat(n);
        let many = |n: usize| (0..n).map(|i| format!("k{i}=1")).collect::<Vec<_>>().join(",");
        let cases: Vec<(Vec<String>, Result<String, TraceStateError>, &str)> = vec![
            (vec!["foo=1".into()], Ok("foo=1".into()), "one member"),
            (vec!["foo=1".into(), "bar=2".into()], Ok("foo=1,bar=2".into()), "fields are joined"),
            (vec![" foo=1 \t,\t bar=2 ".into()], Ok("foo=1,bar=2".into()), "OWS is ignored"),
            (vec!["foo=1,,".into(), String::new()], Ok("foo=1".into()), "empty members"),
            (vec!["foo= 1".into()], Ok("foo= 1".into()), "leading spaces belong to the value"),
            (vec!["foo=1,foo=2".into()], Ok("foo=1,foo=2".into()), "duplicates stay"),
            (vec!["0k_-*/@@x=1".into()], Ok("0k_-*/@@x=1".into()), "the level 2 key alphabet"),
            (vec![format!("{}=1", long(256))], Ok(format!("{}=1", long(256))), "longest key"),
            (vec![format!("{}=1", long(257))], Err(Member), "key too long"),
            (vec![format!("a={}", long(256))], Ok(format!("a={}", long(256))), "longest value"),
            (vec![format!("a={}", long(257))], Err(Member), "value too long"),
            (vec!["foo=".into()], Err(Member), "empty value"),
            (vec!["=1".into()], Err(Member), "empty key"),
            (vec!["foo".into()], Err(Member), "no equals sign"),
            (vec!["foo =1".into()], Err(Member), "space in a key"),
            (vec!["FOO=1".into()], Err(Member), "upper-case key"),
            (vec!["foo.bar=1".into()], Err(Member), "a dot in a key"),
            (vec!["@foo=1".into()], Err(Member), "a key starts with a letter or digit"),
            (vec!["foo=a=b".into()], Err(Member), "equals sign in a value"),
            (vec!["foo=\u{e9}".into()], Err(Member), "not ASCII"),
            (vec!["foo=a\tb".into()], Err(Member), "control character in a value"),
            (vec!["bar=1,foo".into()], Err(Member), "one bad member spoils the list"),
            (vec![many(32)], Ok(many(32)), "32 members"),
            (vec![many(33)], Err(TooManyMembers), "33 members"),
        ];
        for (fields, expected, why) in cases {
            let parsed = TraceState::parse(fields.iter().map(String::as_bytes));
            assert_eq!(parsed.map(|state| state.0), expected, "{why}");
        }
    }

    #[test]
    fn a_changed_member_moves_to_the_front_once() {
        let list = |text: &str| TraceState::parse([text.as_bytes()].into_iter()).unwrap();
        let cases = [
            ("a=1,b=2", "ot", Some("th:8"), "ot=th:8,a=1,b=2", "a new member"),
            ("a=1,ot=x,b=2,ot=y", "ot", Some("th:8"), "ot=th:8,a=1,b=2", "changed, doubles gone"),
            ("a=1,ot=x,b=2", "ot", None, "a=1,b=2", "taken out"),
            ("", "ot", Some("th:8"), "ot=th:8", "into an empty list"),
            ("ot=x", "ot", None, "", "nothing left"),
            ("a= 1", "b", Some("2"), "b=2,a= 1", "leading spaces belong to the value"),
        ];
        for (before, key, value, after, why) in cases {
            assert_eq!(list(before).with(key, value).as_str(), after, "{why}");
        }
        let full = list(&(0..32).map(|i| format!("k{i}=v")).collect::<Vec<_>>().join(","));
        let added = full.with("ot", Some("th:0"));
        assert!(added.as_str().starts_with("ot=th:0,k0=v,") && added.as_str().ends_with("k30=v"));
        assert_eq!((full.get("k31"), added.get("k31")), (Some("v"), None));
    }

    #[test]
    fn a_list_is_cut_by_whole_members() {
        let list = |text: &str| TraceState::parse([text.as_bytes()].into_iter()).unwrap();
        let long = format!("long={}", "x".repeat(200));
        let cases = [
            ("a=1,b=2".to_owned(), 7, "a=1,b=2", "it fits"),
            ("a=1,b=2".to_owned(), 6, "a=1", "the right-most goes"),
            ("a=1,b=2".to_owned(), 2, "", "nothing fits"),
            (format!("{long},a=1,b=2"), 7, "a=1,b=2", "long members go first"),
            (format!("a=1,{long}"), 300, &*format!("a=1,{long}"), "unless all fits"),
        ];
        for (text, limit, expected, why) in cases {
            assert_eq!(list(&text).limited(limit).as_str(), expected, "{why}");
        }
    }
}
